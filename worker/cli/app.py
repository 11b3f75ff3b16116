"""The command `books`: its groups, and one line for whatever went wrong."""

import click
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from events.connection import LOST
from events.publisher import PublishFailed
from worker.cli import connections, dead_letters, keys, processes, pulls, records, status
from worker.errors import Misuse, Unavailable
from worker.logs import redact


class Books(click.Group):
    """Turns what people can mend into one line and exit code 1; anything else is a defect."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Misuse as error:
            raise click.ClickException(str(error)) from error
        except ValidationError as error:
            raise click.ClickException(_settings(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise click.ClickException(f"the database does not answer: {_cause(error)}") from error
        except (PublishFailed, *LOST) as error:
            raise click.ClickException(
                f"the broker does not answer: {_first_line(error)}"
            ) from error
        except Unavailable as error:
            text = f"the ledger does not answer: {_first_line(error)}; nothing was changed"
            raise click.ClickException(text) from error


@click.group(cls=Books, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cmms-books", prog_name="books")
def main() -> None:
    """Keep the books of QuickBooks companies in step with a CMMS.

    The settings are environment variables, BOOKS_...; the README lists them.
    """


def _settings(error: ValidationError) -> str:
    """Which settings are wrong and how, without their values."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    places = ["__".join(str(part) for part in fault["loc"]).upper() for fault in faults]
    said = [f"BOOKS_{place}: {fault['msg']}" for place, fault in zip(places, faults, strict=True)]
    return "; ".join(said)


def _cause(error: DBAPIError) -> str:
    return _first_line(error.orig or error)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return redact(lines[0]) if lines else type(error).__name__


for group in (processes, connections, pulls, records, status, dead_letters, keys):
    for command in group.COMMANDS:
        main.add_command(command)
