"""`books issues`: the causes that hold up records, and what people decide about them."""

import click

from worker.cli import output
from worker.cli.numbers import NUMBER
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.failures import CODES
from worker.sync import issue_deeds as deeds
from worker.sync import issue_views as views
from worker.sync.issue_views import Picture, View
from worker.sync.matching import Where
from worker.sync.replays import Decision

_HEADINGS = ("issue", "tenant", "what", "records", "held up", "since", "last seen", "goes on")


@click.group()
def issues() -> None:
    """Causes that hold up records, or will: one issue each, open until it is mended."""


@issues.command("list")
@click.option("--connection", help="Of this connection only: number or tenant.")
@click.option("--tenant", help="Of this tenant only.")
@click.option("--code", type=click.Choice(sorted(CODES)), metavar="CODE", help="Of this code only.")
@json_option
def list_(connection: str | None, tenant: str | None, code: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Open issues, those that hold up most first.

    RECORDS stand still for it; HELD UP are these and all that wait for them in turn.
    """
    with opened() as services:
        found = views.find(services, Where(connection, tenant), code)
    if as_json:
        output.print_json(found)
        return
    if found:
        output.print_table(_HEADINGS, [_row(one) for one in found])
    output.note(f"{len(found)} open")


def _row(one: View) -> list[object]:
    what = f"{one.title} ({one.code})"
    counted = [one.records, one.held_up]
    return [one.id, one.tenant_id, what, *counted, one.since, one.last_seen, one.resumes]


@issues.command()
@click.argument("number", type=NUMBER)
@click.option(
    "--records", "most", type=NUMBER, default=20, show_default=True, help="Show so many of them."
)
@click.option("--detail", is_flag=True, help="What the ledger itself said, for engineers.")
@json_option
def show(number: int, most: int, detail: bool, as_json: bool) -> None:  # noqa: FBT001
    """One issue: what happened, what to do, and the records behind it."""
    with opened() as services:
        found = views.show(services, number, most)
    if as_json:
        output.print_json(found)
        return
    _print(found)
    if detail:
        _print_detail(found)


def _print(found: Picture) -> None:
    one = found.view
    output.say(f"Issue {one.id}: {one.title}")
    output.say(one.explanation)
    for step in one.steps:
        output.say(f"  - {step}")
    output.say()
    output.print_fields(
        {
            "tenant": f"{one.tenant_id} ({one.provider}, connection {one.connection_id})",
            "code": f"{one.code} ({one.category})",
            "records": one.records,
            "held up": one.held_up,
            "since": one.since,
            "last seen": one.last_seen,
            "closed": one.closed,
            "goes on": None if one.closed else one.resumes,
            "left out with it": found.dismissed or None,
        }
    )
    if found.standing:
        rows = [[r.kind, r.record_id, r.label, r.state, r.since, r.ref] for r in found.standing]
        output.say()
        output.print_table(("kind", "id", "number", "state", "since", "ref"), rows)
    for act in found.acts:
        output.say(f"{output.text(act.at)}  {act.verb} by {act.who}: {act.note or '-'}")


def _print_detail(found: Picture) -> None:
    for one in found.standing:
        output.say(f"\n{one.kind} {one.record_id}, {one.attempts} attempts")
        said = {
            "failure": one.error.get("id"),
            "correlation id": one.correlation_id,
            "detail": one.error.get("detail"),
        }
        output.print_fields(said)


@issues.command()
@click.argument("number", type=NUMBER)
@who_option
@note_option
def retry(number: int, who: str, note: str | None) -> None:
    """Let what failed for it, or was dismissed with it, go on at once.

    For what waits, the books are read at once where that may help.
    """
    with opened() as services:
        done = deeds.retry(services, number, Decision(who, note))
    if done.reads is not None:
        output.say(f"{done.reads.value} is read from the books now: what that mends goes on")
        return
    output.say(f"{done.records} records of issue {number} are due")


def _said(_context: click.Context, _option: click.Parameter, note: str) -> str:
    if not note.strip():
        raise click.BadParameter("say why: people will ask")
    return note


@issues.command()
@click.argument("number", type=NUMBER)
@click.option("--note", required=True, callback=_said, help="Why; kept, and told to the CMMS.")
@who_option
def dismiss(number: int, note: str, who: str) -> None:
    """Leave its records out of the books.

    They are skipped until the CMMS changes them, or `books issues retry` lets them go on.
    """
    with opened() as services:
        done = deeds.dismiss(services, number, Decision(who, note))
    output.say(f"{done} records of issue {number} are left out")


@issues.command()
@click.argument("number", type=NUMBER)
@click.option("--ref", help="The record of the books; by default the one that was found there.")
@click.option("--record", help="The CMMS's id, where the issue is about several records.")
@who_option
@note_option
def adopt(number: int, ref: str | None, record: str | None, who: str, note: str | None) -> None:
    """Link its record to the one that the books hold already; nothing is written there."""
    with opened() as services:
        done = deeds.adopt(services, number, Decision(who, note), record_id=record, ref=ref)
    output.say(f"{done.kind} {done.record_id} is {done.ref} in the books")


COMMANDS = (issues,)
