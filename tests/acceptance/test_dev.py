"""`./dev` itself: what it says about services, and that nothing survives it."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.dev import guard, postgres, probes, rabbitmq
from deploy.dev.paths import ROOT, Unavailable

SETTLE_SECONDS = 10
SLEEPERS = """
import os, pathlib, subprocess, time

def test_that_leaves_children():
    subprocess.Popen(["sleep", "600"])
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    pathlib.Path(__file__).with_suffix(".run").write_text(os.environ["DEV_RUN"])
    time.sleep(600)
"""


def has_programs() -> bool:
    try:
        rabbitmq.programs()
        postgres.programs()
    except Unavailable:
        return False
    return True


def dev(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "dev", *arguments],
        env=without_services() | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def without_services() -> dict[str, str]:
    chosen = {"DATABASE_URL", "RABBITMQ_URL", "DEV_SERVICES"}
    return {name: value for name, value in os.environ.items() if name not in chosen}


@contextmanager
def running(*arguments: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """`./dev` in the background; its pid is that of the Python behind the stub."""
    process = subprocess.Popen(
        [ROOT / "dev", *arguments],
        env=without_services() | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def settles(run: Path) -> bool:
    """True once no process carries the run's mark and its directory is gone."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if not run.exists() and not list(guard.marked(run)):
            return True
        time.sleep(0.05)
    return False


def waited_for(path: Path) -> str:
    deadline = time.monotonic() + SETTLE_SECONDS * 3
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < deadline, f"{path.name} was not written"
        time.sleep(0.05)
    return path.read_text()


def held_services(process: subprocess.Popen[str]) -> Path:
    """Wait until `./dev services` has printed both addresses; the directory of its run."""
    assert process.stdout
    printed = ""
    while not re.search(r"^export RABBITMQ_URL=", printed, re.MULTILINE):
        line = process.stdout.readline()
        assert line, printed
        printed += line
    return next(Path("/tmp").glob(f"cmms-books-dev-{process.pid}-*"))


def test_doctor_names_the_way_and_the_reason(postgres_url: str, rabbitmq_url: str) -> None:
    said = dev("doctor", DATABASE_URL=postgres_url, RABBITMQ_URL=rabbitmq_url).stdout

    assert re.search(r"^ +env +would be taken: \S+:\d+ and \S+:\d+$", said, re.MULTILINE)


def test_doctor_says_why_a_way_is_closed() -> None:
    said = dev("doctor", DEV_NO_INSTALL="1").stdout

    assert re.search(r"^ +env +no: DATABASE_URL and RABBITMQ_URL are not set$", said, re.MULTILINE)
    assert re.search(r"^ +apt +no: ", said, re.MULTILINE)


def test_a_wrong_address_stops_and_is_named(rabbitmq_url: str) -> None:
    port = probes.free_port()
    wrong = f"postgresql://postgres@127.0.0.1:{port}/postgres"

    done = dev("services", DATABASE_URL=wrong, RABBITMQ_URL=rabbitmq_url)

    assert done.returncode == 1
    assert f"127.0.0.1:{port}, which DATABASE_URL names" in done.stderr


def test_one_address_alone_is_refused(postgres_url: str) -> None:
    done = dev("services", DATABASE_URL=postgres_url)

    assert done.returncode == 1
    assert "set both DATABASE_URL and RABBITMQ_URL, or neither" in done.stderr


def test_an_unknown_verb_shows_the_verbs() -> None:
    done = dev("dmeo")

    assert done.returncode == 2
    assert "usage: ./dev VERB" in done.stdout


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=lambda end: end.name)
def test_children_of_a_command_end_with_dev(
    end: signal.Signals, tmp_path: Path, postgres_url: str, rabbitmq_url: str
) -> None:
    module = tmp_path / "test_sleepers.py"
    module.write_text(SLEEPERS)
    urls = {"DATABASE_URL": postgres_url, "RABBITMQ_URL": rabbitmq_url}
    with running("test", module, **urls) as process:
        run = Path(waited_for(module.with_suffix(".run")))

        process.send_signal(end)

        assert settles(run)


@pytest.mark.skipif(not has_programs(), reason="RabbitMQ and PostgreSQL are not installed here")
def test_private_services_end_with_a_killed_dev() -> None:
    with running("services", DEV_SERVICES="programs") as process:
        run = held_services(process)
        assert list(guard.marked(run))

        process.kill()

        assert settles(run)
