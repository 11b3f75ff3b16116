"""Real processes: `books` where something is missing, and how `books web` comes and goes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.integration.cli.conftest import environment_of
from tests.integration.connecting import Office
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
    """The lines on stderr of a command that must fail with exit status 1."""
    done = subprocess.run(
        BOOKS + arguments, env=surroundings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    return done.stderr.splitlines()


def test_a_database_that_is_away_is_one_line(settings: Settings) -> None:
    lines = failed(["status"], environment(settings) | NOWHERE)

    assert len(lines) == 1
    assert lines[0].startswith("Error: the database does not answer: ")
    assert "hunter2" not in lines[0]


def test_a_missing_setting_is_named() -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.getcwd()}  # noqa: PTH109

    (line,) = failed(["status"], bare | {"BOOKS_ENCRYPTION_KEYS": "[]"})

    assert "BOOKS_DATABASE_URL: Field required" in line
    assert "BOOKS_ENCRYPTION_KEYS" in line


def test_a_key_that_is_none_says_how_to_make_one(settings: Settings) -> None:
    (line,) = failed(["status"], environment(settings, BOOKS_ENCRYPTION_KEYS='["nonsense"]'))

    assert "books keys new" in line


def test_a_new_key_is_one_that_works(settings: Settings) -> None:
    key = subprocess.run([*BOOKS, "keys", "new"], capture_output=True, text=True, check=True)

    done = subprocess.run(
        [*BOOKS, "connections", "list"],
        env=environment(settings, BOOKS_ENCRYPTION_KEYS=f'["{key.stdout.strip()}"]'),
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["intake", "worker", "scheduler", "web", "migrate"])
def test_every_process_explains_itself(command: str) -> None:
    done = subprocess.run([*BOOKS, command, "--help"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith(f"Usage: books {command}")


def test_the_web_process_connects_a_company_and_leaves_in_time(
    office: Office, settings: Settings, tmp_path: Path
) -> None:
    ready, connection = tmp_path / "ready", office.add()
    surroundings = environment(settings, BOOKS_READY_FILE=str(ready))
    with subprocess.Popen([*BOOKS, "web"], env=surroundings, stderr=subprocess.PIPE) as process:
        wait_for(ready)
        link = connect_url(office.services.cipher, settings, connection)
        consent_url = httpx.get(link).headers["location"]

        page = httpx.get(
            office.simulator.approve(consent_url, office.company), follow_redirects=True
        )
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        logged = (process.communicate(timeout=10)[1] or b"").decode()

    assert f"{office.row(connection).company['name']} is connected" in page.text
    assert (process.returncode, time.monotonic() - started < 5) == (0, True)
    assert "connection.connected" in logged
    assert not [word for word in ("code=", "state=", "RT1-", "eyJ", "gAAAA") if word in logged]


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, "the process did not become ready"
        time.sleep(0.05)
