"""What a drill shows: what happens while it happens, and a table in the end."""

import time
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from tests.drill.exercise import Exercise, Outcome


class Telling:
    """Says what happens, with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def __call__(self, text: str) -> None:
        self.console.print(f"{self.seconds:7.1f} s  {text}", markup=False, soft_wrap=True)


def outcomes_table(outcomes: Sequence[Outcome]) -> Table:
    """A row for each alert: what was done, when it fired, what mended it, what drained."""
    table = Table(title="The drill", title_justify="left", box=SIMPLE_HEAD)
    for name in ("alert", "caused by", "fired after", "fixed by", "resolved after", "backlog"):
        table.add_column(
            name, justify="right" if "after" in name else "left", no_wrap=name == "alert"
        )
    for one in outcomes:
        mark = "" if one.holds else "! "
        exercise = one.exercise
        table.add_row(
            f"{mark}{one.alert}",
            exercise.cause,
            _after(one.fired_after),
            exercise.fix,
            _after(one.resolved_after),
            f"{one.before} -> {one.left} {one.held.what}" if one.held else "",
        )
    return table


def exercises_table(exercises: Sequence[Exercise], not_caused: Mapping[str, str]) -> Table:
    """What can be caused and how; what cannot, and why."""
    table = Table(box=SIMPLE_HEAD)
    for name in ("alert", "caused by", "fixed by"):
        table.add_column(name)
    for one in exercises:
        table.add_row("\n".join(one.alerts), one.cause, one.fix)
    for alert, reason in not_caused.items():
        table.add_row(alert, f"not caused: {reason}", "")
    return table


def _after(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"
