"""A live view of how far everything has got: a table on a terminal, plain lines elsewhere."""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from tests.system import board
from tests.system.board import Progress
from tests.system.processes import System

_REFRESH_SECONDS = 0.2
_LINE_SECONDS = 1.0


class Watch:
    """Call `look` as often as you like: it reads the tables and draws now and then."""

    def __init__(self, console: Console, system: System, title: str) -> None:
        self._console = console
        self._system = system
        self._title = title
        self._live: Live | None = None
        self._started = time.monotonic()
        self._looked = 0.0
        self._said = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._draw("")
        if self._live:
            self._live.__exit__(kind, error, trace)

    def look(self, moves: object = "") -> None:
        """Draw, if the last time was long enough ago; `moves` says what is under way."""
        pause = _REFRESH_SECONDS if self._live else _LINE_SECONDS
        if time.monotonic() - self._looked >= pause:
            self._draw(moves)

    def _draw(self, moves: object) -> None:
        self._looked = time.monotonic()
        found = board.progress(self._system)
        seconds = self._looked - self._started
        if self._live:
            tables = [
                board.progress_table(found[provider], f"{self._title}, {ledger.title}")
                for provider, ledger in self._system.ledgers.items()
            ]
            line = Text(f"{seconds:5.1f} s" + (f"  under way: {moves}" if moves else ""))
            self._live.update(Group(*tables, line), refresh=True)
        elif (said := self._in_a_line(found)) != self._said:
            self._said = said
            self._console.print(f"  {seconds:5.1f} s  {said}", soft_wrap=True)

    def _in_a_line(self, found: Mapping[str, Progress]) -> str:
        return "; ".join(
            f"in {ledger.title}: {board.progress_line(found[provider])}"
            for provider, ledger in self._system.ledgers.items()
        )
