"""All that a test session lets be seen, searched for planted secrets when it is over.

The simulators' tokens, codes and client secrets and the tests' encryption keys bear a word. Logs of
this process and of every `books` process, and the answers of commands, are gathered in a folder.
"""

import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

SECRET = "pl4nted"
"""In every secret; what looks like this may stand in no output at all."""
PEOPLE = ("Harbor Hotel", "harbor.example")
"""Of the customer that most tests are about; commands show it to people, logs do not."""
FOLDER = "TESTS_WRITTEN"


@dataclass(frozen=True)
class Leak:
    """Where something was written that should not have been; `line` is that line's beginning."""

    file: str
    found: str
    line: str


def new_key() -> str:
    """An encryption key that bears the word."""
    return SECRET + Fernet.generate_key().decode()[len(SECRET) :]


def keep_logs(directory: Path) -> None:
    """Gather the logs of the processes of `books` in a directory that is about to go."""
    if folder := os.environ.get(FOLDER):
        for log in directory.glob("*.log"):
            if not log.name.startswith("simulators"):  # they are the ledger, and tell its secrets
                target = Path(folder) / f"{log.stem}-{secrets.token_hex(4)}.log"
                target.write_bytes(log.read_bytes())


def keep_answer(text: str) -> None:
    """Gather what a command has answered."""
    if folder := os.environ.get(FOLDER):
        with (Path(folder) / "answers.txt").open("a") as answers:
            answers.write(text)


def keep_sent(name: str, text: str) -> None:
    """Gather what goes to others than the people of one tenant (`name`.log): traces, metrics."""
    if folder := os.environ.get(FOLDER):
        with (Path(folder) / f"{name}.log").open("a") as sent:
            sent.write(text)


def leaks(folder: Path) -> Iterator[Leak]:
    """Everything in these files that should not be there."""
    for file in sorted(folder.iterdir()):
        words = (SECRET, *PEOPLE) if file.suffix == ".log" else (SECRET,)
        for line in file.read_text(errors="replace").splitlines():
            for word in words:
                if word in line:
                    yield Leak(file.name, word, line[:400])


@contextmanager
def gathered(folder: Path) -> Iterator[Path]:
    """Gather in `folder` what this process logs, and what others leave there."""
    from worker import logs  # noqa: PLC0415 - tests of the wire run without the worker

    before = os.environ.get(FOLDER)
    os.environ[FOLDER] = str(folder)
    with (folder / "pytest.log").open("a") as log:
        logs.configure("json", "INFO", log)
        try:
            yield folder
        finally:
            for handler in logging.root.handlers:
                handler.flush()
            logging.root.handlers.clear()
            os.environ.pop(FOLDER)
            if before is not None:
                os.environ[FOLDER] = before
