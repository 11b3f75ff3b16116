"""Real processes: `books` where something is missing, and how `books web` comes and goes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from html import escape
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.integration.cli.conftest import Shell, environment_of
from tests.integration.connecting import Office
from worker.broker import BrokerHints, make_broker
from worker.cli import main
from worker.settings import Settings
from worker.web.links import connect_url

BOOKS = [sys.executable, "-m", "worker.cli"]
NOWHERE = {
    "BOOKS_DATABASE_URL": "postgresql://nobody:hunter2@127.0.0.1:9/none",
    "BOOKS_BROKER_URL": "amqp://guest:hunter2@127.0.0.1:9/",
    "BOOKS_ENCRYPTION_KEYS": '["MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="]',
}


def environment(settings: Settings, **more: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("BOOKS_")}
    return ours | environment_of(settings) | more


def failed(arguments: list[str], surroundings: dict[str, str]) -> list[str]:
    """The lines on stderr of a process that must fail with exit status 1."""
    done = subprocess.run(
        BOOKS + arguments, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()


def refused(command: str, surroundings: Mapping[str, str | None]) -> list[str]:
    """The same of a command that fails before it does anything, without a process."""
    done = CliRunner().invoke(main, [command], env=surroundings)
    assert done.exit_code == 1, done.output
    return done.stderr.splitlines()


@contextmanager
def started(
    command: str, surroundings: dict[str, str], directory: Path
) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of ours that has said that it is ready."""
    ready = directory / "ready"
    surroundings = surroundings | {"BOOKS_READY_FILE": str(ready)}
    with subprocess.Popen([*BOOKS, command], env=surroundings, stderr=subprocess.PIPE) as process:
        try:
            wait_for(ready, process)
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[bytes]") -> str:
    """Stop it, and read what it has logged."""
    process.send_signal(signal.SIGTERM)
    return (process.communicate(timeout=60)[1] or b"").decode()


def test_a_database_that_is_away_is_one_line(settings: Settings) -> None:
    lines = failed(["status"], environment(settings) | NOWHERE)

    assert len(lines) == 1
    assert lines[0].startswith("Error: the database does not answer: ")
    assert "hunter2" not in lines[0]


SERVING = ("intake", "worker", "scheduler", "web")
PROCESSES = (*SERVING, "migrate")


@pytest.mark.parametrize("command", [*PROCESSES, "status"])
def test_every_setting_that_is_missing_is_a_line(command: str) -> None:
    lines = refused(command, {"BOOKS_ENCRYPTION_KEYS": "[]", "BOOKS_WEB_PORT": "x"})

    names = [line.split()[1].rstrip(":").removeprefix("BOOKS_") for line in lines]
    assert {line.split()[0] for line in lines} == {"Error:"}
    assert names == ["DATABASE_URL", "BROKER_URL", "ENCRYPTION_KEYS", "WEB_PORT"]


@pytest.mark.parametrize("command", ["worker", "status"])
def test_a_list_that_is_no_json_is_a_line(settings: Settings, command: str) -> None:
    (line,) = refused(command, environment_of(settings) | {"BOOKS_ENCRYPTION_KEYS": "s3cr3t"})

    assert line == "Error: BOOKS_ENCRYPTION_KEYS: must be JSON"


@pytest.mark.parametrize("command", ["intake", "worker", "scheduler"])
def test_a_port_of_the_metrics_that_is_taken_is_a_line(settings: Settings, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        (line,) = failed([command], environment(settings, BOOKS_METRICS_PORT=port))

    assert f"no metrics can be served at 127.0.0.1:{port}" in line


@pytest.fixture(scope="module")
def alone(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[int, str]]:
    """How each process ended that had no service for a second, and what it logged; all at once."""

    def lived(command: str) -> tuple[int, str]:
        surroundings = environment(settings) | NOWHERE
        with started(command, surroundings, tmp_path_factory.mktemp(command)) as process:
            time.sleep(1)
            logged = ended(process)
        return process.returncode, logged

    with ThreadPoolExecutor(len(SERVING)) as threads:
        return dict(zip(SERVING, threads.map(lived, SERVING), strict=True))


@pytest.mark.parametrize("command", SERVING)
def test_a_process_waits_for_its_services(alone: dict[str, tuple[int, str]], command: str) -> None:
    status, logged = alone[command]

    assert status == 0
    assert "Traceback" not in logged
    assert "hunter2" not in logged


def test_a_worker_without_its_database_says_so_in_a_line(
    settings: Settings, tmp_path: Path
) -> None:
    away = {"BOOKS_DATABASE_URL": NOWHERE["BOOKS_DATABASE_URL"]}
    broker = make_broker(settings.broker_url)
    with started("worker", environment(settings) | away, tmp_path) as process:
        BrokerHints(broker).send("wake_due")
        time.sleep(1)
        logged = ended(process)
    broker.close()

    assert "actor.database_away" in logged
    assert "Traceback" not in logged


@pytest.mark.parametrize("command", [*SERVING, "status"])
def test_a_key_that_is_none_says_how_to_make_one(settings: Settings, command: str) -> None:
    (line,) = refused(command, environment_of(settings) | {"BOOKS_ENCRYPTION_KEYS": '["nonsense"]'})

    assert "books keys new" in line


def test_a_new_key_is_one_that_works(shell: Shell) -> None:
    key = shell.run("keys", "new").stdout.strip()

    shell = replace(shell, environment=shell.environment | {"BOOKS_ENCRYPTION_KEYS": f'["{key}"]'})

    assert shell.run("connections", "list").exit_code == 0


@pytest.mark.parametrize("command", PROCESSES)
def test_every_process_explains_itself(shell: Shell, command: str) -> None:
    said = shell.run(command, "--help")

    assert said.exit_code == 0
    assert said.stdout.startswith(f"Usage: books {command}")


def test_the_web_process_connects_a_company_and_leaves_in_time(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    connection = office.add()
    with started("web", environment(settings), tmp_path) as process:
        link = connect_url(office.services.cipher, settings, connection)
        consent_url = httpx.get(link).headers["location"]

        page = httpx.get(
            office.simulator.approve(consent_url, office.company), follow_redirects=True
        )
        began = time.monotonic()
        logged = ended(process)

    assert page.status_code == 200, page.text
    assert f"{escape(office.row(connection).company['name'])} is connected" in page.text
    assert (process.returncode, time.monotonic() - began < 5) == (0, True)
    assert "connection.connected" in logged
    assert not [word for word in ("code=", "state=", "RT1-", "eyJ", "gAAAA") if word in logged]


def wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    """Until the process has said that it is ready. It may take its time, and may not end."""
    until = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, "the process ended before it was ready"
        assert time.monotonic() < until, "the process did not become ready"
        time.sleep(0.05)
