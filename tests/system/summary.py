"""What came of a replay: tables, counts and every fault, for each ledger."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.system import board, expect, soundness, streams
from tests.system.books_of import Books
from tests.system.expect import Verdict
from tests.system.ledger import Ledger
from tests.system.processes import System
from tests.system.streams import Line


def conclude(
    console: Console,
    system: System,
    lines: Sequence[Line],
    books: Books,
    expect_file: Path | None,
) -> int:
    """Print what came of it; the exit code."""
    expected = json.loads(expect_file.read_text()) if expect_file else None
    for table in board.end_tables(system, books, expected):
        console.print(table)
    for one in system.ledgers.values():
        _say_calls(console, one)
    _say_dead_letters(console, system)
    faults = soundness.faults(system, books)
    if expected is not None:
        records = streams.fold(lines)
        for provider, verdict in expect.judge(expected, records, books).items():
            _say_checked(console, system.ledgers[provider], verdict, expected)
            open_ = expect.allocations(records, books[provider])
            faults += verdict.faults + expect.named(provider, open_)
    for fault in faults:
        console.print(f"not as expected: {fault}", style="red", markup=False)
    return 1 if faults else 0


def _say_calls(console: Console, ledger: Ledger) -> None:
    calls = ledger.calls()
    said = ", ".join(f"{number} {name}" for name, number in calls.items())
    console.print(f"calls to {ledger.title}: {sum(calls.values())} ({said})")


def _say_dead_letters(console: Console, system: System) -> None:
    letters = system.books_json("dead-letters", "list", "--limit", "100000")
    console.print(f"dead letters: {len(letters)}")
    for reason, number in Counter(one["reason"] for one in letters).most_common(10):
        console.print(f"  {number} x {reason}", markup=False)


def _say_checked(
    console: Console, ledger: Ledger, verdict: Verdict, expected: Mapping[str, Any]
) -> None:
    checked = ", ".join(
        f"{number} {board.plural(kind)}" for kind, number in verdict.checked.items()
    )
    console.print(f"checked by id, number and amount in {ledger.title}: {checked or 'nothing'}")
    if not verdict.faults:
        sums = ", ".join(expected.get("sums", {}))
        included = f", sums in {sums} included" if sums else ""
        console.print(f"{ledger.title}: the books hold what was expected{included}")
