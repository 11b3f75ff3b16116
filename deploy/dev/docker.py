"""The Docker way: compose starts the two services for a running system, the tests start their own
containers (testcontainers, in tests/services.py). Both label them with the run, to be found by it.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.dev import names, probes
from deploy.dev.paths import COMPOSE_FILE, Unavailable, say
from deploy.dev.urls import Urls

LABEL = "cmms-books.run"
USED = "docker-was-used"  # a file in the run's directory
SERVICES = ("rabbitmq", "postgres")
PULL_SECONDS = 300


def check(services: Sequence[str] = SERVICES) -> str:
    """What would be used; raises Unavailable if no engine answers. Pulls nothing."""
    if not shutil.which("docker"):
        raise Unavailable("there is no docker command")
    version = probes.output("docker", "version", "--format", "{{.Server.Version}}")
    if not version:
        raise Unavailable("no Docker engine answers")
    missing = [image for image in images(services) if not _is_present(image)]
    note = f", {' and '.join(missing)} must be pulled first" if missing else ""
    return f"Docker {version}{note}"


def check_compose() -> str:
    engine = check()
    if not (compose := probes.output("docker", "compose", "version", "--short")):
        raise Unavailable(f"{engine} answers, but has no compose plugin")
    return f"{engine}, compose {compose}"


def require_images(services: Sequence[str] = SERVICES) -> None:
    """An engine without a way to a registry is a real case: raises Unavailable naming the image."""
    for image in images(services):
        if _is_present(image):
            continue
        say(f"docker pull {image}")
        if probes.output("docker", "pull", "-q", image, timeout=PULL_SECONDS) is None:
            raise Unavailable(f"the engine answers, but the image {image} cannot be pulled")


def images(services: Sequence[str] = SERVICES) -> list[str]:
    """The images of these services, as docker-compose.yml names them."""
    text = COMPOSE_FILE.read_text()
    found = [
        re.search(rf"^  {name}:\n(?:    .*\n)*?    image: *(\S+)", text, re.MULTILINE)
        for name in services
    ]
    return [match[1] for match in found if match]


def start_for_tests(directory: Path) -> dict[str, str]:
    """No addresses: the tests' session fixtures start containers, which our guard removes, so that
    testcontainers needs no image for that. They need the engine's address, though, which the docker
    command may know from a context.
    """
    _begin(directory)
    host = os.environ.get("DOCKER_HOST") or probes.output(
        "docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"
    )
    address = {"DOCKER_HOST": host} if host else {}
    return {"TESTCONTAINERS_RYUK_DISABLED": "true", **address}


def start_with_compose(directory: Path) -> Urls:
    """RabbitMQ and PostgreSQL of docker-compose.yml on free ports, as a project of their own."""
    _begin(directory)
    project = directory.name
    free = {f"{name}_PORT": "0" for name in ("RABBITMQ", "RABBITMQ_MANAGEMENT", "POSTGRES")}
    up = subprocess.run(
        [*_compose(project), "up", "-d", "--wait", "--quiet-pull", *SERVICES],
        env={**os.environ, **free, "DEV_RUN_NAME": project, names.MARK: str(directory)},
        capture_output=True,
        text=True,
        check=False,
    )
    if up.returncode:
        remove(project)
        raise Unavailable(f"docker compose up failed: {up.stderr.strip()[-500:]}")
    rabbitmq, postgres = _port(project, "rabbitmq", 5672), _port(project, "postgres", 5432)
    _require_nearness(project, rabbitmq)
    return Urls(
        database=f"postgresql://books:books@127.0.0.1:{postgres}/books",
        rabbitmq=f"amqp://guest:guest@127.0.0.1:{rabbitmq}/%2F",
    )


def _require_nearness(project: str, port: int) -> None:
    """An engine on another machine, or outside our container, has a loopback of its own."""
    try:
        answers = probes.amqp_answers
        probes.wait_until("its loopback", lambda: answers("127.0.0.1", port), None, seconds=10)
    except Unavailable as reason:
        remove(project)
        raise Unavailable(f"the engine answers, but not from here: {reason}") from None


def _begin(directory: Path) -> None:
    """The guard removes containers only if told, since asking a dead engine takes its time."""
    (directory / USED).touch()
    for name in _labelled_runs():
        if names.is_dead(name):
            remove(name)
    require_images()


def _compose(project: str) -> list[str]:
    return ["docker", "compose", "-p", project, "-f", str(COMPOSE_FILE)]


def _port(project: str, service: str, inside: int) -> int:
    found = probes.output(*_compose(project), "port", service, str(inside))
    if not found:
        raise Unavailable(f"docker compose does not know the port of {service}")
    return int(found.rpartition(":")[2])


def _labelled_runs() -> set[str]:
    """The runs, living and dead, that own containers."""
    named = f'{{{{.Label "{LABEL}"}}}}'
    return set((probes.output("docker", "ps", "-a", "--format", named) or "").split())


def remove(run: str) -> None:
    """Remove the containers of a run with their volumes, and its network."""
    mine = f"label={LABEL}={run}"
    if containers := probes.output("docker", "ps", "-aq", "--filter", mine):
        probes.output("docker", "rm", "-fv", *containers.split(), timeout=60)
    of_compose = f"label=com.docker.compose.project={run}"
    for kind in ("network", "volume"):
        if names := probes.output("docker", kind, "ls", "-q", "--filter", of_compose):
            probes.output("docker", kind, "rm", *names.split(), timeout=60)


def _is_present(image: str) -> bool:
    return probes.output("docker", "image", "inspect", image) is not None
