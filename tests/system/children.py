"""One process of the system: its log, its readiness, its end, however that is wanted."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TETHER = Path(__file__).with_name("tether.py")
READY_SECONDS = 30.0
GRACE_SECONDS = 10.0
_POLL_SECONDS = 0.02


class NotReady(Exception):
    """A process ended or took too long to be ready; the message holds the end of its log."""


@dataclass(frozen=True)
class Ended:
    """How a process ended: status, seconds from SIGTERM on, and whether it had to be killed."""

    status: int
    seconds: float
    forced: bool


@dataclass
class Child:
    """A running process in a session of its own; it does not survive us, however we end."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    ready_file: Path
    metrics_url: str | None = None

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until it says so. Raises NotReady."""
        end = time.monotonic() + seconds
        while not self.ready_file.exists():
            if not self.is_alive():
                status = self.process.returncode
                raise NotReady(f"{self.name} ended with status {status}:\n{self.tail()}")
            if time.monotonic() > end:
                raise NotReady(f"{self.name} is not ready after {seconds:g} s:\n{self.tail()}")
            time.sleep(_POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """SIGTERM, as an orchestrator sends it: to the process alone."""
        if self.is_alive():
            self.process.terminate()

    def stop(self, seconds: float = GRACE_SECONDS) -> Ended:
        """SIGTERM, then SIGKILL for it and its children after `seconds`."""
        started = time.monotonic()
        self.ask_to_stop()
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return Ended(self.kill(), time.monotonic() - started, forced=True)
        return Ended(status, time.monotonic() - started, forced=False)

    def kill(self) -> int:
        """SIGKILL for it and its children, at once; the exit status."""
        self._signal(signal.SIGKILL)
        return self.process.wait()

    def freeze(self) -> None:
        """SIGSTOP: it looks alive, and does nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def tail(self, lines: int = 25) -> str:
        """The end of its log."""
        with self.log.open(errors="replace") as log:
            return "".join(deque(log, lines))

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start(
    name: str,
    command: Sequence[str | Path],
    environment: Mapping[str, str],
    directory: Path,
    metrics_url: str | None = None,
) -> Child:
    """Start `command` in `directory`, with NAME.log for its output and NAME.ready as ready file."""
    ready_file, log = directory / f"{name}.ready", directory / f"{name}.log"
    ready_file.unlink(missing_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-IS", TETHER, str(os.getpid()), *command],
            cwd=directory,
            env={**environment, "BOOKS_READY_FILE": str(ready_file)},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(name, process, log, ready_file, metrics_url)
