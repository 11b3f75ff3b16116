"""The command `books`: its groups, and one line for whatever went wrong."""

import re
import socket

import click
from pika.exceptions import AMQPError
from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from events.publisher import PublishFailed
from worker.cli import (
    codes,
    conflicts,
    connections,
    dead_letters,
    doctor,
    history,
    issues,
    keys,
    matches,
    payments,
    processes,
    pulls,
    records,
    restore,
    status,
    tenants,
    why,
)
from worker.errors import Misuse, ProviderError, Unavailable
from worker.logs import redact, visible
from worker.settings import Settings

_BROKER_AWAY = (PublishFailed, AMQPError, ConnectionError, TimeoutError, socket.gaierror)
_WHAT_FAILED: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (Unavailable, "the ledger does not answer: {}; nothing was changed"),
    (ProviderError, "the ledger did not do it: {}; nothing was changed"),
    ((OperationalError, InterfaceError), "the database does not answer: {}"),
    (_BROKER_AWAY, "the broker does not answer: {}"),
    (OSError, "{}"),
)


class Books(click.Group):
    """Turns what people can mend into a line and exit code 1; anything else is a defect."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except Misuse as error:
            raise _refused(str(error)) from error
        except SettingsError as error:
            raise _refused(_not_json(error)) from error
        except ValidationError as error:
            if error.title != Settings.__name__:
                raise
            raise _refused(*_settings(error)) from error
        except (ProviderError, OperationalError, InterfaceError, *_BROKER_AWAY, OSError) as error:
            said = next(said for kinds, said in _WHAT_FAILED if isinstance(error, kinds))
            raise _refused(said.format(_first_line(error))) from error


@click.group(cls=Books, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="cmms-books", prog_name="books")
def main() -> None:
    """Keep companies' books, in QuickBooks or Xero, in step with a CMMS.

    The settings are environment variables, BOOKS_...; the README lists them.
    """


def _refused(*lines: str) -> click.ClickException:
    """One line for each thing to mend; click puts `Error: ` before the first one itself."""
    return click.ClickException(visible("\nError: ".join(lines)))


def _not_json(error: SettingsError) -> str:
    name = re.search(r'field "(\w+)"', str(error))
    return f"BOOKS_{name[1].upper() if name else '...'}: must be JSON"


def _settings(error: ValidationError) -> list[str]:
    """Which settings are wrong and how, a line for each, without their values."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        f"BOOKS_{'__'.join(map(str, fault['loc'])).upper()}: "
        + fault["msg"].removeprefix("Value error, ")
        for fault in faults
    ]


def _first_line(error: BaseException) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
    lines = str(cause).strip().splitlines()
    return redact(lines[0]) if lines else type(cause).__name__


for group in (
    codes, processes, connections, pulls, matches, conflicts, records, payments, status, issues,
    dead_letters, keys, restore, doctor, tenants, why, history,
):  # fmt: skip
    for command in group.COMMANDS:
        main.add_command(command)
