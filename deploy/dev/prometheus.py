"""promtool and prometheus, with which tests check the rules and the drill fires the alerts: from
the environment, PATH, the image of docker-compose.yml, or Debian's package, unpacked only.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.dev import apt, docker, probes, venv
from deploy.dev.paths import ROOT, VENV, Stop, Unavailable, say

NAMES = ("promtool", "prometheus")
FETCHED = VENV / "prometheus"  # what docker and apt brought, for the next runs
PACKAGE = "prometheus"
SERVICE = "prometheus"  # of docker-compose.yml

HELP = """Install one of:
  Debian, Ubuntu    sudo apt-get install --no-install-recommends prometheus
  macOS             brew install prometheus
or set PROMTOOL and PROMETHEUS to the two programs."""


@dataclass(frozen=True)
class Programs:
    """The paths of both."""

    promtool: Path
    prometheus: Path

    def variables(self) -> dict[str, str]:
        """The environment variables by which the tests and the drill learn them."""
        return {"PROMTOOL": str(self.promtool), "PROMETHEUS": str(self.prometheus)}


@dataclass(frozen=True)
class Way:
    """`check` says what it would use, `fetch` gives the programs; both may raise Unavailable."""

    name: str
    check: Callable[[], str]
    fetch: Callable[[], Programs]


def ways() -> tuple[Way, ...]:
    """In the order in which they are tried."""
    return (
        Way("env", _check_environment, _from_environment),
        Way("programs", lambda: str(_at_hand().promtool.parent), _at_hand),
        Way("docker", _check_docker, _from_docker),
        Way("apt", _check_apt, _from_apt),
    )


def wanted() -> Iterator[Way]:
    """Those that DEV_SERVICES admits: with `env`, which is about addresses, all of them."""
    insisted = os.environ.get("DEV_SERVICES")
    return (way for way in ways() if insisted in {None, "", "env", way.name} or way.name == "env")


def programs() -> Programs:
    """Those of the first way that works; raises Stop with all reasons if none does."""
    refusals = []
    for way in wanted():
        try:
            what = way.check()
            found = _running(way.fetch())
        except Unavailable as reason:
            refusals.append(f"  {way.name:<9} {reason}")
            continue
        say(f"promtool and prometheus: {way.name} ({what})")
        return found
    raise Stop("\n".join(["no promtool and prometheus to use:", *refusals, HELP]))


def _running(found: Programs) -> Programs:
    """An image's programs run on Linux only, a package's may want libraries."""
    for program in (found.promtool, found.prometheus):
        if probes.output(str(program), "--version") is None:
            raise Unavailable(f"{program} does not run here")
    return found


def _in(directory: Path) -> Programs:
    return Programs(*(directory / name for name in NAMES))


def _check_environment() -> str:
    """Raises Stop once a path is given: an explicit request is never overruled."""
    given = [os.environ.get(name.upper(), "") for name in NAMES]
    if not any(given):
        raise Unavailable("PROMTOOL and PROMETHEUS are not set")
    if wrong := [path for path in given if not os.access(path, os.X_OK)]:
        raise Stop(
            f"PROMTOOL and PROMETHEUS must both name a program: {wrong[0] or 'one is not set'}"
        )
    return " and ".join(given)


def _from_environment() -> Programs:
    return Programs(Path(os.environ["PROMTOOL"]), Path(os.environ["PROMETHEUS"]))


def _at_hand() -> Programs:
    """Installed, or brought by docker or apt for an earlier run."""
    found = [shutil.which(name) for name in NAMES]
    if all(found):
        return Programs(*(Path(path) for path in found if path))
    for promtool in sorted(FETCHED.glob("[!.]*/**/promtool")):
        return _in(promtool.parent)
    missing = [name for name, path in zip(NAMES, found, strict=True) if path is None]
    raise Unavailable(f"{' and '.join(missing)}: not on PATH")


def _check_docker() -> str:
    return docker.check((SERVICE,))


def _from_docker() -> Programs:
    """Copied out of a container that is never started: as fast as any program then."""
    docker.require_images((SERVICE,))
    [image] = docker.images((SERVICE,))
    return _in(_kept(re.sub(r"[^\w.-]", "-", image), partial(_copy_out, image)))


def _copy_out(image: str, directory: Path) -> None:
    container = probes.output("docker", "create", image)
    if container is None:
        raise Unavailable(f"no container can be made of {image}")
    try:
        for name in NAMES:
            source, target = f"{container}:/bin/{name}", str(directory / name)
            if probes.output("docker", "cp", source, target, timeout=60) is None:
                raise Unavailable(f"{image} has no /bin/{name}")
    finally:
        probes.output("docker", "rm", container)


def _check_apt() -> str:
    apt.check_download()
    return f"apt-get download {PACKAGE}, unpacked into {FETCHED.relative_to(ROOT)}"


def _from_apt() -> Programs:
    """Unpacked, not installed: the package would bring a service, which some systems start."""
    return _in(_kept("apt", _unpack) / "usr/bin")


def _unpack(directory: Path) -> None:
    apt.unpack(PACKAGE, directory)
    if not (directory / "usr/bin/promtool").exists():  # a package of its own since Debian 13
        apt.unpack("promtool", directory)


def _kept(name: str, bring: Callable[[Path], None]) -> Path:
    """The directory of that name, filled once; whole or not at all, whoever asks at once."""
    kept, scratch = FETCHED / name, FETCHED / f".{name}"
    with venv.alone():
        if not kept.is_dir():
            shutil.rmtree(scratch, ignore_errors=True)  # of one that was killed
            scratch.mkdir(parents=True)
            bring(scratch)
            scratch.rename(kept)
    return kept
