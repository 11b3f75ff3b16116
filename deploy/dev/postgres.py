"""A private PostgreSQL from the installed programs: a free loopback port, throw-away data."""

import os
import pwd
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from deploy.dev import probes
from deploy.dev.paths import Unavailable, is_root
from deploy.dev.run import Run

PLACES = (  # Debian and Ubuntu, Fedora, Homebrew on either processor
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
)
MAX_CONNECTIONS = 300
HASTY = ("fsync=off", "full_page_writes=off")
"""Nothing is lost when a process dies, but when the machine does."""
ATTEMPTS = 3


def programs() -> Path:
    """The newest installed pair of initdb and postgres; raises Unavailable if there is none."""
    found = [place for pattern in PLACES for place in Path("/").glob(pattern)]
    found.sort(key=lambda place: int(re.findall(r"\d+", str(place))[-1]), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    for place in found:
        if os.access(place / "initdb", os.X_OK) and os.access(place / "postgres", os.X_OK):
            return place
    raise Unavailable("PostgreSQL (postgres, initdb) is not installed")


class Postgres:
    """One server; after `kill` it can be started again on the same data and port."""

    def __init__(self, run: Run, name: str = "postgres", options: Sequence[str] = ()) -> None:
        self._run = run
        self._options = options
        self._programs = programs()
        self._account = _account()
        self._environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(run.directory)}
        self._directory = run.directory / name
        self._directory.mkdir()
        if self._account:
            os.chown(self._directory, *self._account)
        self.port = probes.free_port()
        self._initialise()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _initialise(self) -> None:
        command = [
            str(self._programs / "initdb"),
            "-D",
            str(self._directory / "data"),
            "-U",
            "postgres",
        ]
        made = subprocess.run(
            [*command, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            env=self._environment,
            cwd=self._directory,
            capture_output=True,
            text=True,
            check=False,
            user=self._account and self._account[0],
            group=self._account and self._account[1],
            extra_groups=[] if self._account else None,
        )
        if made.returncode:
            raise Unavailable(f"initdb failed: {made.stderr.strip()[-500:]}")

    def start(self) -> None:
        """Start, and wait until it answers."""
        self.process = self._run.service(
            [
                *(
                    self._programs / "postgres",
                    "-D",
                    self._directory / "data",
                    "-p",
                    str(self.port),
                ),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *("-c", f"max_connections={MAX_CONNECTIONS}"),
                *(f"--{option}" for option in self._options),
            ],
            self._environment,
            stop=signal.SIGQUIT,  # clears shared memory; SIGTERM would wait for clients
            account=self._account,
        )
        answers = probes.postgres_answers
        probes.wait_until("PostgreSQL", lambda: answers("127.0.0.1", self.port), self.process)

    def kill(self) -> None:
        """As a power cut would: no shutdown checkpoint, the next start recovers."""
        self._run.end(self.process)


def start(run: Run, options: Sequence[str] = ()) -> Postgres:
    """Somebody may take the free port before the server does, so another one is tried. An option
    reads as `fsync=off`."""
    for attempt in range(1, ATTEMPTS + 1):
        server = Postgres(run, f"postgres-{attempt}", options)
        try:
            server.start()
        except Unavailable:
            server.kill()
            if attempt == ATTEMPTS:
                raise
        else:
            return server
    raise AssertionError("the last attempt returns or raises")


def _account() -> tuple[int, int] | None:
    """User and group to run under: PostgreSQL refuses root."""
    if not is_root():
        return None
    for name in ("postgres", "nobody"):
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise Unavailable("PostgreSQL refuses root, and there is no account postgres or nobody")
