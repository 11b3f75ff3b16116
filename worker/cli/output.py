"""How commands answer: tables for people, JSON for machines; nothing that steers a terminal."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import click

from worker.logs import visible

json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def say(text_: str = "") -> None:
    """Print a line or more: names, reasons and messages come from outside, so whatever would steer
    the terminal is written out."""
    click.echo(visible(text_))


def note(text_: str) -> None:
    """A line on stderr: what happens meanwhile, which is no part of the answer."""
    click.echo(visible(text_), err=True)


def print_json(value: object) -> None:
    """JSON in which control characters beyond its own rules are escaped too."""
    say(json.dumps(value, default=plain, ensure_ascii=False, indent=2))


def print_json_rows(rows: Sequence[object]) -> None:
    """The same for a list that may be long: an item a line, which takes a fraction of the time."""
    lines = (json.dumps(row, default=plain, ensure_ascii=False) for row in rows)
    say("[" + ",\n ".join(lines) + "]")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as their longest cell; the last one is not padded."""
    texts = [[visible(text(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *texts, strict=True)]
    for line in ([heading.upper() for heading in headings], *texts):
        cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        say("  ".join(cells).rstrip())


def print_fields(fields: Mapping[str, object]) -> None:
    """One field a line; absent ones are left out."""
    width = max(map(len, fields), default=0)
    for name, value in fields.items():
        if text(value):
            say(f"{name.ljust(width)}  {text(value)}")


def text(value: object) -> str:
    """A value as people read it: money with two digits, times to the second, lists with commas."""
    match value:
        case None:
            return ""
        case Decimal():
            return format(value.quantize(Decimal("0.01")), "f")
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case list() | tuple():
            return ", ".join(text(one) for one in value)
        case _:
            return " ".join(str(value).split())


def plain(value: object) -> object:
    """What JSON has no word for, as it can be written: for `json.dumps(default=...)`."""
    """What JSON has no word for, as `json.dumps` asks for it."""
    match value:
        case Decimal():
            return format(value.normalize(), "f")
        case datetime() | date():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes() | memoryview():
            return bytes(value).decode("utf-8", "backslashreplace")
        case _ if is_dataclass(value) and not isinstance(value, type):
            # One level: json asks again for what lies deeper; `asdict` copies all of it.
            return {one.name: getattr(value, one.name) for one in fields(value)}
        case _:
            raise TypeError(f"{type(value).__name__} has no place in JSON")
