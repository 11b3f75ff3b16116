"""apt-get, on Debian and Ubuntu: installs what is missing, for root, or only unpacks a package."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.dev.paths import Unavailable, is_root, may_install, say


def check() -> str:
    """Raises Unavailable if apt-get may not or cannot be used."""
    if not shutil.which("apt-get"):
        raise Unavailable("there is no apt-get")
    if not is_root():
        raise Unavailable("apt-get needs root")
    if not may_install():
        raise Unavailable("DEV_NO_INSTALL forbids it")
    return "apt-get install"


def install(*packages: str) -> None:
    """Without recommendations. The packages' services do not matter: we start our own processes."""
    check()
    say(f"apt-get install --no-install-recommends {' '.join(packages)}")
    _require("update")
    _require("install", "-y", "--no-install-recommends", *packages)


def check_download() -> str:
    """Raises Unavailable if no package can be downloaded and unpacked; that needs no root."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        raise Unavailable("there is no apt-get")
    if not may_install():
        raise Unavailable("DEV_NO_INSTALL forbids it")
    return "apt-get download"


def unpack(package: str, directory: Path) -> None:
    """The files of a package below `directory`, as they would lie below `/`; nothing is installed.

    Lists of packages that are missing or stale are renewed, which takes root.
    """
    check_download()
    say(f"apt-get download {package}")
    if _run("download", package, directory=directory).returncode and is_root():
        _require("update")
    if not (found := list(directory.glob(f"{package}_*.deb"))):
        _require("download", package, directory=directory)
        found = list(directory.glob(f"{package}_*.deb"))
    subprocess.run(["dpkg-deb", "-x", *found, directory], check=True)
    found[0].unlink()


def _require(*arguments: str, directory: Path | None = None) -> None:
    done = _run(*arguments, directory=directory)
    if done.returncode:
        raise Unavailable(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}")


def _run(*arguments: str, directory: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["apt-get", "-qq", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
