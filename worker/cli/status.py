"""`books status`: what every connection is doing, and what stands still."""

from collections.abc import Mapping
from datetime import datetime

import click

from worker.cli import output
from worker.cli.described import numbers
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.metrics import Backlog
from worker.store import backlog
from worker.sync import overview, standstill
from worker.sync.drain import Left
from worker.sync.matching import Where
from worker.sync.overview import Overview

_MOST_ISSUES = 5  # shown of one connection; `books issues list` has all of them


@click.command()
@click.option("--connection", help="This connection only: number or tenant.")
@click.option("--tenant", help="Connections of this tenant only.")
@json_option
def status(connection: str | None, tenant: str | None, as_json: bool) -> None:  # noqa: FBT001
    """What is due, waits or failed, connection by connection.

    DRAINED is when what is due will be in the books: at the pace of the last ten minutes or, if
    nothing was written then, in full calls at the ledger's limit, so at best. What waits for a
    person is not part of it. Of the day's budget only what the ledger itself has said is known.
    """
    where = Where(connection, tenant)
    with opened() as services:
        concerned = [row.id for row in where.rows(services)]
        standstill.derive_changed(services, concerned, standstill.AT_ONCE)
        found = overview.read(services, where)
        with services.database.begin() as session:
            all_ = backlog.read(session) if where == Where() else None
    if as_json:
        output.print_json({"connections": found} | ({"backlog": _backlog(all_)} if all_ else {}))
        return
    for one in found:
        _print_connection(one)
    if all_:
        _print_backlog(all_)


def _print_connection(one: Overview) -> None:
    head = f"{one.id}  {one.tenant}  {one.provider} {one.environment}"
    state = f"{one.state} ({one.reason})" if one.reason else one.state
    output.say(f"{head}  {one.company or 'no company yet'}: {state}")
    at_rest = one.since if one.state != "active" else None
    said = {
        "since": at_rest,
        "records": numbers(one.records),
        "oldest due": one.oldest_due,
        "oldest waiting": one.oldest_waiting,
        "drained": one.drained,
        "writes not settled": _writes(one),
        "held until": one.held_until,
        "held for": one.held_for,
        "dead letters": one.dead_letters or None,
        "calls left": _left(one.budget),
        "calls this month": numbers(one.calls),
        "pulls": [f"{run.resource} {run.state} {_short(run.at)}" for run in one.runs],
    }
    output.print_fields({f"   {name}": value for name, value in said.items()})
    _print_issues(one)
    output.say()


def _short(moment: datetime) -> str:
    return moment.astimezone().strftime("%m-%d %H:%M")


def _writes(one: Overview) -> str | None:
    if not one.open_submissions:
        return None
    return f"{one.open_submissions}, of {one.unknown_submissions} the outcome is unknown"


def _left(budget: Left) -> str:
    minute = f"{budget.minute} of {budget.per_minute} this minute"
    return minute if budget.day is None else f"{minute}, {budget.day} of {budget.per_day} today"


def _print_issues(one: Overview) -> None:
    for issue in one.issues[:_MOST_ISSUES]:
        held = f" ({issue.held_up} records, issue {issue.id})" if issue.held_up else ""
        output.say(f"   ! {issue.explanation}{held}")
        for step in issue.steps:
            output.say(f"     - {step}")
    more = len(one.issues) - _MOST_ISSUES
    if more > 0:
        output.say(f"   ! and {more} more: `books issues list --connection {one.id}`")


def _backlog(found: Backlog) -> Mapping[str, object]:
    """What stands in all connections together."""
    return {
        "links": found.links,
        "oldest_due_seconds": found.due.oldest_seconds,
        "outbox_pending": found.outbox.count,
        "outbox_age_seconds": found.outbox.oldest_seconds,
        "dead_letters_open": found.dead_letters_open,
        "connections": found.connections,
        "open_submissions": found.open_submissions,
        "calls": found.calls,
        "issues": found.issues,
    }


def _print_backlog(found: Backlog) -> None:
    output.print_fields(
        {
            "records": numbers({k: n for k, n in found.links.items() if n}) or "none",
            "status events waiting": found.outbox.count,
            "oldest of them": f"{found.outbox.oldest_seconds:.0f} s",
            "dead letters": found.dead_letters_open,
            "restored": "creates are looked up first: `books restore status`"
            if found.restored
            else None,
        }
    )


COMMANDS = (status,)
