"""The order in which RabbitMQ and PostgreSQL are looked for, and what is said when none is found:
environment, Docker, installed programs, apt-get. DEV_SERVICES insists on one of these.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from deploy.dev import apt, docker, postgres, probes, rabbitmq
from deploy.dev.paths import Stop, Unavailable, say
from deploy.dev.run import Run
from deploy.dev.urls import Urls

HELP = """Install one of:
  Docker            https://docs.docker.com/engine/install/
  Debian, Ubuntu    sudo apt-get install --no-install-recommends rabbitmq-server postgresql
  macOS             brew install rabbitmq postgresql@17
or set DATABASE_URL and RABBITMQ_URL to services that run already."""


class For(Enum):
    """Who needs the services: tests can start containers themselves, a system cannot."""

    TESTS = "./dev test"
    SYSTEM = "all else"


@dataclass(frozen=True)
class Way:
    """`check` says what it would use, `start` gives the variables; both may raise Unavailable."""

    name: str
    check: Callable[[], str]
    start: Callable[[Run], dict[str, str]]


def ways(purpose: For) -> tuple[Way, ...]:
    """In the order in which they are tried."""
    with_docker = {
        For.TESTS: Way("docker", docker.check, lambda run: docker.start_for_tests(run.directory)),
        For.SYSTEM: Way(
            "docker",
            docker.check_compose,
            lambda run: docker.start_with_compose(run.directory).variables(),
        ),
    }
    return (
        Way("env", _check_environment, lambda _run: _from_environment().variables()),
        with_docker[purpose],
        Way("programs", _check_programs, lambda run: _from_programs(run, purpose).variables()),
        Way("apt", _check_apt, lambda run: _from_apt(run, purpose).variables()),
    )


def start(run: Run, purpose: For) -> dict[str, str]:
    """The variables of the first way that works; raises Stop with all reasons if none does."""
    refusals = []
    for way in wanted(purpose):
        try:
            return _started(way, run)
        except Unavailable as reason:
            refusals.append(f"  {way.name:<9} {reason}")
    raise Stop("\n".join(["no RabbitMQ and PostgreSQL to use:", *refusals, HELP]))


def _started(way: Way, run: Run) -> dict[str, str]:
    say(f"services: {way.name} ({way.check()})")
    try:
        return way.start(run)
    except Unavailable as reason:
        say(f"services: {way.name} failed: {reason}")
        raise


def wanted(purpose: For) -> Iterator[Way]:
    insisted = os.environ.get("DEV_SERVICES")
    known = ways(purpose)
    if insisted and insisted not in {way.name for way in known}:
        raise Stop(f"DEV_SERVICES={insisted}: it may be {', '.join(way.name for way in known)}")
    return (way for way in known if insisted in {None, "", way.name})


def _from_environment() -> Urls:
    database, rabbitmq_url = os.environ["DATABASE_URL"], os.environ["RABBITMQ_URL"]
    return Urls(database, rabbitmq_url)


def _check_environment() -> str:
    """Raises Stop once an address is given: an explicit request is never overruled."""
    database, broker = os.environ.get("DATABASE_URL"), os.environ.get("RABBITMQ_URL")
    if not database and not broker:
        raise Unavailable("DATABASE_URL and RABBITMQ_URL are not set")
    if not (database and broker):
        raise Stop("set both DATABASE_URL and RABBITMQ_URL, or neither")
    answered = [
        _require("DATABASE_URL", database, probes.postgres_serves, 5432),
        _require("RABBITMQ_URL", broker, probes.amqp_answers, 5672),
    ]
    return " and ".join(answered)


def _require(variable: str, url: str, answers: Callable[[str, int], bool], usual_port: int) -> str:
    parts = urlsplit(url)
    host, port = parts.hostname or "127.0.0.1", parts.port or usual_port
    if not answers(host, port):
        raise Stop(f"nothing that fits answers at {host}:{port}, which {variable} names")
    return f"{host}:{port}"


def _check_programs() -> str:
    found, missing = [], []
    for programs in (rabbitmq.programs, postgres.programs):
        try:
            found.append(str(programs()))
        except Unavailable as reason:
            missing.append(str(reason))
    if missing:
        raise Unavailable("; ".join(missing))
    return " and ".join(found)


def _from_programs(run: Run, purpose: For) -> Urls:
    # What is measured and what is broken on purpose writes to the disk; tests need not wait for it.
    options = postgres.HASTY if purpose is For.TESTS else ()
    return Urls(postgres.start(run, options).url, rabbitmq.start(run).url)


def _check_apt() -> str:
    return f"{apt.check()} rabbitmq-server postgresql"


def _from_apt(run: Run, purpose: For) -> Urls:
    apt.install("rabbitmq-server", "postgresql")
    return _from_programs(run, purpose)
