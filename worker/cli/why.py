"""`books why`: why a record is not in the books, what it waits for, and what happens next."""

import sys

import click

from schemas.kinds import Kind
from worker.cli import output
from worker.cli.one_record import of_one_record
from worker.cli.opening import opened
from worker.store.standing import Letter
from worker.sync import why as asking
from worker.sync.matching import Where
from worker.sync.reasons import Reason
from worker.sync.why import Answer, Report

NOT_IN_BOOKS = 3
_LATER = frozenset({"detail", "fields", "page"})  # facts with lines of their own


@click.command()
@of_one_record
def why(
    kind: str,
    record_id: str,
    *,
    connection: str | None,
    tenant: str | None,
    detail: bool,
    as_json: bool,
) -> None:
    """Say why the CMMS's record ID is not in the books: the chain of what it waits for.

    Exit code 0: its newest version is in the books of every connection concerned. 3: it is not.
    Times when something is expected are reckoned from what the last ten minutes achieved; without
    any, from what the budget allows at best.
    """
    with opened() as services:
        report = asking.ask(services, Where(connection, tenant), Kind(kind), record_id)
    if as_json:
        output.print_json(report)
    else:
        _print(report, detail=detail)
    sys.exit(0 if report.in_books else NOT_IN_BOOKS)


def _print(report: Report, *, detail: bool) -> None:
    for answer in report.answers:
        _print_answer(answer, detail=detail)
    if report.hint:
        output.say(report.hint)
    for letter in report.letters:
        _print_letter(letter)


def _print_answer(one: Answer, *, detail: bool) -> None:
    place = f"{one.company}, {one.provider} {one.environment}, connection {one.connection_id}"
    verdict = "in the books" if one.in_books else "not in the books"
    output.say(f"{one.record} of {one.tenant} ({place}): {verdict}")
    _print_reason(one.reason, 1, detail=detail)
    if one.resting:
        _print_reason(one.resting, 1, detail=detail)
    output.say()


def _print_reason(one: Reason, depth: int, *, detail: bool) -> None:
    indent = "  " * depth
    output.say(f"{indent}{one.says}")
    for step in one.steps:
        output.say(f"{indent}  - {step}")
    facts = {name: value for name, value in one.facts.items() if name not in _LATER}
    said = {"since": one.since, "goes on": one.then, "expected": one.at} | facts
    output.print_fields({f"{indent}  {name}": value for name, value in said.items()})
    for name, sides in one.facts.get("fields", {}).items():
        shown = ", ".join(f"{side}: {value}" for side, value in sides.items())
        output.say(f"{indent}  {name}: {shown}")
    if "page" in one.facts:
        output.say(f"{indent}  more: {one.facts['page']}")
    if detail and one.facts.get("detail"):
        output.say(f"{indent}  {one.facts['detail']}")
    for because in one.because:
        _print_reason(because, depth + 1, detail=detail)


def _print_letter(one: Letter) -> None:
    of = f" of {one.tenant_id}" if one.tenant_id else ""
    output.say(f"Dead letter {one.id}{of} speaks of it ({one.category}): {one.reason}")
    output.say(f"  - `books dead-letters show {one.id}`")


COMMANDS = (why,)
