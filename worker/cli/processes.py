"""The processes of the worker; any number of each may run."""

import click

QUEUES = ("drive", "housekeeping")


@click.command()
def migrate() -> None:
    """Bring the tables up to date; safe to repeat."""
    from worker.settings import from_environment  # noqa: PLC0415
    from worker.store.migrate import upgrade  # noqa: PLC0415

    upgrade(from_environment().database_url)
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
