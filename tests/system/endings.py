"""How a run of the system speaks to a person, and ends early: a sentence, and where to look."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console

from tests.system.broker import InUse
from tests.system.children import NotReady
from tests.system.connecting import NotConnected
from tests.system.processes import CommandFailed
from tests.system.quiet import StillMoving

KNOWN = (InUse, NotReady, NotConnected, CommandFailed, StillMoving)
_WIDTH = 120


def console() -> Console:
    """As wide as the terminal; elsewhere wide enough for the tables."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_WIDTH)


@contextmanager
def explained(said: Console) -> Iterator[None]:
    """End the process in an orderly way when interrupted or for a reason that we know."""
    for number in (signal.SIGINT, signal.SIGTERM):  # shells start background jobs deaf to SIGINT
        signal.signal(number, _leave)
    try:
        yield
    except KNOWN as reason:
        said.print(f"{type(reason).__name__}: {reason}", style="red", markup=False)
        raise SystemExit(1) from None


def _leave(number: int, _frame: FrameType | None) -> None:
    for later in (signal.SIGINT, signal.SIGTERM):
        signal.signal(later, signal.SIG_IGN)  # the end takes a moment; nobody may cut it short
    raise SystemExit(128 + number)
