"""Whatever a run of the system started ends with it, even after `kill -9`."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.system.processes import KINDS


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the guard of ./dev does this")
def test_nothing_survives_a_killed_parent(environment: dict[str, str], tmp_path: Path) -> None:
    mark = str(tmp_path)
    up = subprocess.Popen(
        [sys.executable, "-m", "tests.system.up"],
        env={**environment, "SYSTEM_MARK": mark},
        stdout=subprocess.PIPE,
        text=True,
    )
    with up:
        database = address(up)
        assert len(marked(mark)) >= len(KINDS)

        up.kill()

        assert gone(mark)
    drop(environment["DATABASE_URL"], database)


def address(up: subprocess.Popen[str]) -> str:
    """The name of its database, once `up` has printed everything."""
    assert up.stdout
    printed = ""
    while "Ctrl-C ends all of it" not in printed:
        line = up.stdout.readline()
        assert line, printed
        printed += line
    found = re.search(r"/(books_\w+)", printed)
    assert found, printed
    return found[1]


def marked(mark: str) -> list[int]:
    """Processes that carry the mark in their environment."""
    entry = f"SYSTEM_MARK={mark}".encode()
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            carries = entry in file.read_bytes().split(b"\0")
        except OSError:
            continue
        if carries and int(file.parent.name) != os.getpid():
            found.append(int(file.parent.name))
    return found


def gone(mark: str) -> bool:
    end = time.monotonic() + 10
    while marked(mark) and time.monotonic() < end:
        time.sleep(0.05)
    return not marked(mark)


def drop(server: str, database: str) -> None:
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {database} WITH (FORCE)".encode())
