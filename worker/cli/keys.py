"""`books keys`: what encrypts the tokens at rest."""

import click
from cryptography.fernet import Fernet

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.sync import keys as use
from worker.sync.keys import Tally


@click.group()
def keys() -> None:
    """Make keys for BOOKS_ENCRYPTION_KEYS, and seal everything with the first of them."""


@keys.command()
def new() -> None:
    """Print a new key. Put it first in the list; keep the old ones until nothing needs them."""
    click.echo(Fernet.generate_key().decode())


@keys.command()
@click.option("--check", is_flag=True, help="Only count what still needs an old key.")
@who_option
@note_option
@json_option
def rotate(check: bool, who: str, note: str | None, as_json: bool) -> None:  # noqa: FBT001
    """Seal all secrets with the first key of BOOKS_ENCRYPTION_KEYS.

    Every process must have that key first in its list already. Ends with 1 while an old key is
    needed, or where a secret is read by none.
    """
    with opened() as services:
        tally = use.check(services) if check else use.rotate(services, who, note)
    needed = bool(tally.unreadable) or (check and tally.old > 0)
    if as_json:
        output.print_json({"old_keys_needed": needed, "tally": tally})
    else:
        _say(tally, "need an old key" if check else "were sealed with the first key")
        output.say(_KEEP if needed else _REMOVE)
    raise SystemExit(int(needed))


_KEEP = "keep the old keys: they are needed"
_REMOVE = (
    "no secret needs an old key: remove them from BOOKS_ENCRYPTION_KEYS, unless a process still "
    "runs with another first key"
)


def _say(tally: Tally, what: str) -> None:
    output.say(f"{tally.old} of {tally.secrets} secrets {what}")
    for one in tally.unreadable:
        whose = f"{one.column} of connection {one.connection_id} ({one.tenant}, {one.provider})"
        output.say(f"no key reads {whose}: add its key to the list, or connect that company anew")


COMMANDS = (keys,)
