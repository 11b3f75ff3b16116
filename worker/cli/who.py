"""Who acts, and why: two options of every command with which a person changes something."""

import getpass

import click


def _name(_context: click.Context, _option: click.Parameter, given: str | None) -> str:
    """The name that was given, else that of the operating system's user."""
    try:
        return given or getpass.getuser()
    except (KeyError, OSError):  # a container's user has no name
        return "unknown"


who_option = click.option(
    "--who", "--as", "who", callback=_name, metavar="NAME",
    help="Who acts; by default the user of this machine.",
)  # fmt: skip
"""The command gets `who: str`, always a name."""

note_option = click.option("--note", help="Why; kept with what was done.")
"""The command gets `note: str | None`."""
