"""`books restore`: a database that was restored or failed over, until a person clears it."""

import click

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.store.installation import Standing
from worker.sync import restored as use
from worker.sync.restored import Decision


@click.group()
def restore() -> None:
    """Work after a restore or a failover: creates are looked up in the books first."""


@restore.command()
@json_option
def status(as_json: bool) -> None:  # noqa: FBT001
    """Whether this database is another one than before, and since when."""
    with opened() as services:
        standing = use.note(services)
    if as_json:
        output.print_json(standing)
        return
    output.say(_said(standing))
    for name in standing.unknown:
        output.say(f"PostgreSQL does not tell our user its {name}: a change of it goes unnoticed")


@restore.command()
@who_option
@note_option
def declare(who: str, note: str | None) -> None:
    """Say that this database was restored where that cannot be noticed: from a copy of the disk."""
    with opened() as services:
        since = use.declare(services, Decision(who, note))
    text = output.text(since)
    output.say(f"noted {text}: whatever would be created is looked up in the books first")


@restore.command()
@who_option
@note_option
def clear(who: str, note: str | None) -> None:
    """Say that tables and books agree again: creates go out without a look."""
    with opened() as services:
        since = use.clear(services, Decision(who, note))
    text = output.text(since)
    output.say(f"cleared: creates go out without a look again; they were looked up since {text}")


def _said(standing: Standing) -> str:
    if standing.restored_at is None:
        return "this is the database that it always was"
    since = output.text(standing.restored_at)
    return (
        f"restored or failed over, noticed {since}: whatever would be created is looked up in the "
        "books first. Once the backlog is through and nothing is missing: `books restore clear`"
    )


COMMANDS = (restore,)
