"""The whole system on a database of its own: every process real, started, watched and stopped."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg.rows import dict_row

from deploy.dev.probes import free_port
from tests import written
from tests.services import fresh_database
from tests.system import broker, children, ledger, quick
from tests.system.children import Child, Ended
from tests.system.environment import ROOT, Services, inherited, variables
from tests.system.ledger import Json, Ledger

KINDS = {
    "intake": ("intake",),
    "worker-drive": ("worker", "--queues", "drive"),
    "worker-housekeeping": ("worker", "--queues", "housekeeping"),
    "scheduler": ("scheduler",),
    "web": ("web",),
}
"""Kind of process -> arguments of `books`."""

BOOKS = (sys.executable, "-m", "worker.cli")


class CommandFailed(Exception):
    """A `books` command ended with something else than 0; the message is what it said."""


@dataclass
class System:
    """Processes by name on one database and one broker, with the simulated ledgers by provider."""

    directory: Path
    services: Services
    database_url: str
    ledgers: dict[str, Ledger]
    settings: dict[str, object]
    processes: dict[str, Child] = field(default_factory=dict)
    ended: dict[str, Ended] = field(default_factory=dict)
    code: Path = ROOT  # the checkout whose `books` is run

    @property
    def ledger(self) -> Ledger:
        """The ledger, where there is one; else the first of them."""
        return next(iter(self.ledgers.values()))

    @property
    def web_url(self) -> str:
        return str(self.settings["public_url"])

    def start(self, kind: str, name: str | None = None, **settings: object) -> Child:
        """Start a process of a kind (see KINDS) without waiting; `settings` are for it alone.

        Call it from a thread that lives as long as the process.
        """
        port = free_port()
        own = {"metrics_port": port, **self.settings, **settings}
        metrics = f"http://127.0.0.1:{own['metrics_port']}/metrics"
        environment = {**inherited(self.code), **variables(own)}
        child = children.start(
            name or kind, [*BOOKS, *KINDS[kind]], environment, self.directory, metrics
        )
        self.processes[child.name] = child
        return child

    def start_all(self, drivers: int = 1) -> None:
        """One of each kind, and as many drivers as asked; returns once all are ready."""
        for kind in KINDS:
            self.start(kind)
        for number in range(1, drivers):
            self.start("worker-drive", f"worker-drive-{number + 1}")
        for child in self.processes.values():
            child.wait_ready()
        httpx.get(f"{self.web_url}/readyz", timeout=10).raise_for_status()

    def stop(self, name: str) -> Ended:
        """Stop one process, gracefully if it lets us."""
        ended = self.processes.pop(name).stop()
        self.ended[name] = ended
        return ended

    def kill(self, name: str) -> None:
        """kill -9, for the process and its children."""
        self.processes.pop(name).kill()

    def stop_all(self) -> None:
        """Ask all of them at once, then wait for each; `ended` says how that went."""
        for child in self.processes.values():
            child.ask_to_stop()
        for name in list(self.processes):
            self.stop(name)

    def books(self, *arguments: str) -> str:
        """What a `books` command prints. Raises CommandFailed."""
        done = subprocess.run(
            [*BOOKS, *arguments],
            cwd=self.directory,
            env={**inherited(self.code), **variables(self.settings)},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        written.keep_answer(done.stdout + done.stderr)
        if done.returncode:
            raise CommandFailed(f"books {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def quickly(self, *arguments: str) -> str:
        """The same in our own process, where that has the code in question; one at a time."""
        if self.code != ROOT:
            return self.books(*arguments)
        done = quick.command(arguments, variables(self.settings))
        written.keep_answer(done.stdout + done.stderr)
        if done.status:
            raise CommandFailed(f"books {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def books_json(self, *arguments: str) -> Json:
        """What a `books` command answers with `--json`."""
        return json.loads(self.books(*arguments, "--json"))

    def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        """What a query reads, for looking on without a command's second of start-up."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.cursor(row_factory=dict_row)
            return cursor.execute(query.encode(), values).fetchall()


@contextmanager
def running(
    services: Services,
    *,
    providers: Sequence[str] = ("quickbooks",),
    simulator: Sequence[str] = (),
    log_format: str = "json",
    code: Path = ROOT,
    **settings: object,
) -> Iterator[System]:
    """A migrated database, clean queues and the simulators; processes are started by whoever asks.

    `simulator` are arguments of their command line, `settings` the worker's, `code` is the checkout
    that `books` is run from. Everything ends with the block. Raises InUse if another system runs
    on the broker.
    """
    with ExitStack() as stack:
        directory = Path(stack.enter_context(_directory()))
        stack.enter_context(broker.alone(services.broker))
        database = stack.enter_context(fresh_database(services.database))
        simulators, ledgers = ledger.start(directory, providers, simulator)
        stack.callback(simulators.stop)
        port = free_port()
        chosen = {
            "database_url": database,
            "broker_url": services.broker,
            "encryption_keys": [written.new_key()],
            "web_port": port,
            "public_url": f"http://localhost:{port}",  # Xero refuses to return to 127.0.0.1
            "log_format": log_format,
            **{name: url for one in ledgers.values() for name, url in one.settings().items()},
            **settings,
        }
        system = System(directory, services, database, ledgers, chosen, code=code)
        stack.callback(written.keep_logs, directory)
        stack.callback(system.stop_all)
        system.quickly("migrate")
        yield system


def _directory() -> tempfile.TemporaryDirectory[str]:
    """In the directory of `./dev`'s run, if there is one: its guard removes it whatever happens."""
    return tempfile.TemporaryDirectory(prefix="books-system-", dir=os.environ.get("DEV_RUN"))
