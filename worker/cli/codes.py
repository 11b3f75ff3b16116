"""`books codes`: why a record can fail, code by code, and what of the ledgers no rule knows."""

from pathlib import Path

import click

from worker import bootstrap
from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.errors import Category
from worker.failures import CODES
from worker.failures.reactions import reaction
from worker.store import unknown_faults
from worker.sync import code_pages


@click.group()
def codes() -> None:
    """The closed list of codes, each with a page, and faults of ledgers without one."""


@codes.command("list")
@click.option(
    "--category", type=click.Choice([one.value for one in Category]), help="Of this category only."
)
@json_option
def list_(category: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Every code with its title and who acts."""
    found = [one for one in CODES.values() if category in (None, one.category.value)]
    if as_json:
        output.print_json([
            {"code": one.code, "category": one.category, "title": one.title, "retry": one.retry}
            for one in found
        ])  # fmt: skip
        return
    rows = [(one.code, one.category, one.title, reaction(one).who) for one in found]
    output.print_table(("code", "category", "title", "who acts"), rows)


@codes.command()
@click.argument("code", type=click.Choice(sorted(CODES)), metavar="CODE")
def show(code: str) -> None:
    """Print the page of a code: what it means, what to do, what happens meanwhile."""
    output.say(code_pages.pages(bootstrap.signs())[f"{code}.md"].rstrip())


@codes.command("pages")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def pages_(folder: Path) -> None:
    """Write a page for every code, and their index, into FOLDER (deploy/errors in this project).

    Pages of codes that are no more are taken away.
    """
    click.echo(f"{len(code_pages.write(folder, bootstrap.signs()))} pages written", err=True)


@codes.command()
@json_option
def unknown(as_json: bool) -> None:  # noqa: FBT001
    """Answers of ledgers that no rule knows, the most frequent first: each waits for one.

    What differs from record to record is left out of their words (names in quotes, numbers); the
    latest example is kept, without secrets. Its failure id is that of a record's failure: `books
    why` and the log have the same.
    """
    with opened() as services, services.database.begin() as session:
        found = unknown_faults.find(session)
    if as_json:
        output.print_json(found)
        return
    if found:
        headings = ("provider", "about", "fault", "count", "first", "last", "failure", "says")
        rows = [
            (one.provider, one.endpoint, one.code, one.count, one.first_seen_at, one.last_seen_at,
             one.failure_id, one.shape)
            for one in found
        ]  # fmt: skip
        output.print_table(headings, rows)
    click.echo(f"{len(found)} found", err=True)


COMMANDS = (codes,)
