"""One run of `./dev`: its directory under /tmp, the processes it starts, and their end.

Three nets, so that nothing survives the command: an orderly stop; on Linux a signal from the kernel
to every child when we die (PR_SET_PDEATHSIG); and a guard process, which notices our end on a pipe,
kills what still carries the run's mark in its environment and removes the directory.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from deploy.dev import guard, names
from deploy.dev.paths import ROOT

PARENT = Path("/tmp")  # a checkout in root's home is closed to the account PostgreSQL runs under
PR_SET_PDEATHSIG = 1
ENDINGS = (signal.SIGTERM, signal.SIGHUP)
GRACE_SECONDS = 20  # a worker has 10 s to finish what it sends


class Run:
    """Context manager round everything that a command starts."""

    def __init__(self) -> None:
        self.directory = PARENT / names.new()
        self._services: list[tuple[subprocess.Popen[bytes], signal.Signals]] = []
        self._guard: subprocess.Popen[bytes] | None = None
        self._command: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        for number in ENDINGS:
            signal.signal(number, self._leave)
        remove_leftovers()
        self.directory.mkdir(mode=0o755)
        self.directory.chmod(0o755)  # whatever the umask: other accounts must get in
        self._guard = guard.start(self.directory)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        for number in (signal.SIGINT, *ENDINGS):
            signal.signal(number, signal.SIG_IGN)  # the end takes a moment; nobody may cut it short
        self._end_command()
        for process, stop in reversed(self._services):
            _end(process, stop)
        if self._guard and self._guard.stdin:
            self._guard.stdin.close()
            self._guard.wait()

    def _with_mark(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The mark is how the guard knows what belongs to this run."""
        return {**environment, names.MARK: str(self.directory)}

    def service(
        self,
        command: Sequence[str | Path],
        environment: Mapping[str, str],
        stop: signal.Signals,
        account: tuple[int, int] | None = None,
        log: str | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a server in a session of its own, which gets `stop` at the end and when we die.

        `account` is the user and group id to run under; the log is named after the program, where
        it has no other name.
        """
        name = log or f"{Path(command[0]).name}.log"
        with (self.directory / name).open("ab") as output:
            process = subprocess.Popen(
                command,
                env=self._with_mark(environment),
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_dies_with_us(stop),
                user=account and account[0],
                group=account and account[1],
                extra_groups=[] if account else None,
            )
        self._services.append((process, stop))
        return process

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End one service before the run does."""
        stop = next(stop for known, stop in self._services if known is process)
        _end(process, stop)
        self._services = [entry for entry in self._services if entry[0] is not process]

    def command(
        self, command: Sequence[str | Path], environment: Mapping[str, str], directory: Path = ROOT
    ) -> int:
        """Run the project's command in the foreground; its exit status, as a shell would give it.

        It stays in our process group, so that Ctrl-C, Ctrl-Z and a debugger's prompt work: Ctrl-C
        reaches it from the terminal, and is passed on only if there is none.
        """
        previous = signal.signal(signal.SIGINT, self._interrupt)
        try:
            self._command = subprocess.Popen(
                command,
                env=self._with_mark(environment),
                cwd=directory,
                preexec_fn=_dies_with_us(signal.SIGTERM),
            )
            status = self._command.wait()
        finally:
            signal.signal(signal.SIGINT, previous)
        return 128 - status if status < 0 else status

    def hold(self) -> int:
        """Wait for a signal, or for the end of a service, which is an error."""
        while all(process.poll() is None for process, _ in self._services):
            time.sleep(0.2)
        return 1

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        if self._command and not _in_foreground():
            self._command.send_signal(number)

    def _leave(self, number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def _end_command(self) -> None:
        if self._command:
            _end(self._command, signal.SIGTERM, GRACE_SECONDS)


def remove_leftovers() -> None:
    """Remove our directories of runs whose process and guard were both killed."""
    for directory in PARENT.glob(f"{names.PREFIX}-*"):
        if names.is_dead(directory.name) and directory.stat().st_uid == os.geteuid():
            shutil.rmtree(directory, ignore_errors=True)


def _in_foreground() -> bool:
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    return False


def _end(process: subprocess.Popen[bytes], stop: signal.Signals, seconds: float = 5) -> None:
    if process.poll() is None:
        process.send_signal(stop)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _dies_with_us(stop: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`, which runs after the user switch: that would undo it."""
    parent = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def ask_the_kernel() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, stop)
            if os.getppid() != parent:  # it died before we could ask
                os._exit(1)

    return ask_the_kernel
