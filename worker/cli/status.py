"""`books status`: what every connection is doing, and what stands still."""

import click

from worker.cli import output
from worker.cli.described import pull_data
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.failures import describe
from worker.metrics import Backlog
from worker.store import backlog, connections, issues, links, reports, runs, usage
from worker.store.connections import Connection
from worker.store.issues import Issue
from worker.store.session import Session
from worker.sync.tokens import company_name


@click.command()
@json_option
def status(as_json: bool) -> None:  # noqa: FBT001  # click passes options by name
    """What is due, waits or failed, connection by connection."""
    with opened() as services, services.database.begin() as session:
        found = [_connection(session, row) for row in connections.find(session)]
        waiting = backlog.read(session)
    if as_json:
        output.print_json({"connections": found, "backlog": _backlog(waiting)})
        return
    for one in found:
        _print_connection(one)
    _print_backlog(waiting)


def _connection(session: Session, row: Connection) -> dict[str, object]:
    work = reports.work(session, row.id)
    return {
        "id": row.id,
        "tenant": row.tenant_id,
        "provider": row.provider,
        "environment": row.environment,
        "company": company_name(row) if row.company_id else None,
        "state": row.state,
        "reason": row.paused_code,
        "records": links.counts(session, row.id),
        "oldest_due": work["oldest_due"],
        "open_submissions": work["open_submissions"],
        "held_until": row.hold_until if work["held"] else None,
        "held_for": row.held_for if work["held"] else None,
        "dead_letters": work["dead_letters"],
        "issues": [_issue(one) for one in issues.open_ones(session, row.id)],
        "calls": usage.of_month(session, row.id),
        "runs": [pull_data(run) for run in runs.latest(session, row.id)],
    }


def _print_connection(one: dict[str, object]) -> None:
    head = f"{one['id']}  {one['tenant']}  {one['provider']} {one['environment']}"
    state = f"{one['state']} ({one['reason']})" if one["reason"] else str(one["state"])
    output.say(f"{head}  {one['company'] or 'no company yet'}: {state}")
    said = {
        "records": _numbers(one["records"]),
        "oldest due": one["oldest_due"],
        "writes not settled": one["open_submissions"] or None,
        "held until": one["held_until"],
        "held for": one["held_for"],
        "dead letters": one["dead_letters"] or None,
        "calls this month": _numbers(one["calls"]),
        "pulls": _pulls(one["runs"]),
    }
    output.print_fields({f"   {name}": value for name, value in said.items()})
    _print_issues(one["issues"])
    output.say()


def _issue(issue: Issue) -> dict[str, object]:
    """An open issue in a bookkeeper's words."""
    said = describe(issue.code, issue.names)
    return {
        "cause": str(issue.cause),
        "code": issue.code,
        "title": said.title,
        "explanation": said.explanation,
        "steps": list(said.steps),
        "since": issue.since,
    }


def _print_issues(found: object) -> None:
    assert isinstance(found, list)
    for issue in found:
        output.say(f"   ! {issue['explanation']}")
        for step in issue["steps"]:
            output.say(f"     - {step}")


def _backlog(found: Backlog) -> dict[str, object]:
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
            "records": _numbers({k: n for k, n in found.links.items() if n}) or "none",
            "status events waiting": found.outbox.count,
            "oldest of them": f"{found.outbox.oldest_seconds:.0f} s",
            "dead letters": found.dead_letters_open,
        }
    )


def _numbers(counts: object) -> str:
    assert isinstance(counts, dict)
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


def _pulls(latest: object) -> str:
    assert isinstance(latest, list)
    return ", ".join(f"{run['resource']} {run['state']}" for run in latest)


COMMANDS = (status,)
