"""How `books connections settings` takes pairs and shows what is set."""

from collections.abc import Sequence

from worker.cli import output
from worker.cli.pairs import read
from worker.store.connections import Connection
from worker.sync import configure
from worker.sync.configure import Standing
from worker.sync.services import Services


def set_pairs(services: Services, row: Connection, pairs: Sequence[str]) -> None:
    """Set each KEY=VALUE; an empty VALUE stands for the default. Raises: Misuse."""
    wanted = read(pairs, "KEY=VALUE, such as conflict=cmms")
    configure.set_options(services, row.id, wanted)


def print_settings(services: Services, row: Connection, *, as_json: bool, choices: bool) -> None:
    """Each setting with its default and meaning and, where asked for, what it may be."""
    found = configure.show(services, row.id)
    if as_json:
        output.print_json([_data(one) for one in found])
        return
    rows = [(one.option.key, one.value, one.default, one.option.meaning) for one in found]
    output.print_table(("setting", "value", "default", "decides about"), rows)
    if choices:
        output.say("\nchoices:")
        output.print_fields({f"  {one.option.key}": one.option.choices for one in found})


def _data(one: Standing) -> dict[str, object]:
    return {
        "key": one.option.key,
        "value": one.value,
        "default": one.default,
        "meaning": one.option.meaning,
        "choices": one.option.choices,
    }
