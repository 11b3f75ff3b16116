"""The processes of the worker; any number of each may run."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from worker.store.session import Database

QUEUES = ("drive", "housekeeping")


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; exit code 1 if there is something to.")
def migrate(check: bool) -> None:  # noqa: FBT001  # click passes options by name
    """Bring the tables up to date, beside the processes that run; safe to repeat.

    Tables of a newer version are left as they are: this one works with them.
    """
    from worker.settings import from_environment  # noqa: PLC0415
    from worker.store.migrate import upgrade  # noqa: PLC0415
    from worker.store.session import Database  # noqa: PLC0415

    url = from_environment().database_url
    if check:
        _check(Database(url, threads=1))
        return
    upgrade(url)
    click.echo("the tables are up to date")


def _check(database: "Database") -> None:
    """Raises: ClickException where the tables are not what this version needs."""
    from worker.store.migrate import is_current  # noqa: PLC0415

    try:
        current = is_current(database)
    finally:
        database.close()
    if not current:
        raise click.ClickException("the tables are of an older version: run `books migrate`")
    click.echo("the tables are up to date")


@click.command()
def intake() -> None:
    """Take in the events of the CMMS."""
    from worker import intake as process  # noqa: PLC0415

    process.run()


@click.command()
@click.option(
    "--queues", type=click.Choice(QUEUES), multiple=True, default=QUEUES,
    help="drive talks to the ledgers, housekeeping does the rest; both by default.",
)  # fmt: skip
def worker(queues: tuple[str, ...]) -> None:
    """Talk to the ledgers, send status events."""
    from worker import actors  # noqa: PLC0415

    actors.run(queues)


@click.command()
def scheduler() -> None:
    """Be the clock: wake what is due, queue the pulls."""
    from worker import scheduler as process  # noqa: PLC0415

    process.run()


@click.command()
def web() -> None:
    """Serve the pages of the consent, and health."""
    from worker.web import server  # noqa: PLC0415

    server.run()


COMMANDS = (migrate, intake, worker, scheduler, web)
