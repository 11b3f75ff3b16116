"""`books` commands without a process for each: to connect a tenant takes seven of them, and each
has a second of start-up."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from click.testing import CliRunner

from worker.cli import main


@dataclass(frozen=True)
class Answer:
    status: int
    stdout: str
    stderr: str


def command(arguments: Sequence[str], environment: Mapping[str, str]) -> Answer:
    """Run a command in this process; one at a time, since it changes environment and logging."""
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        done = CliRunner().invoke(main, list(arguments), env=environment)
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    broken = done.exception is not None and not isinstance(done.exception, SystemExit)
    said = f"{done.stderr}{done.exception!r}" if broken else done.stderr
    return Answer(done.exit_code, done.stdout, said)
