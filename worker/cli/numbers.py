"""Numbers that people name things by, as the tables can hold them."""

import click

NUMBER = click.IntRange(1, 2**63 - 1)
