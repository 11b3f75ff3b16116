"""`books keys`: what encrypts the tokens at rest."""

import click
from cryptography.fernet import Fernet


@click.group()
def keys() -> None:
    """Make keys for BOOKS_ENCRYPTION_KEYS."""


@keys.command()
def new() -> None:
    """Print a new key. Put it first in the list; keep the old ones until nothing needs them."""
    click.echo(Fernet.generate_key().decode())


COMMANDS = (keys,)
