"""How `books connections mapping` reads pairs and shows what is mapped."""

from collections.abc import Sequence

from worker.cli import output
from worker.cli.pairs import read
from worker.store.connections import Connection
from worker.sync import mapping
from worker.sync.mapping import Choice, Mapped
from worker.sync.services import Services


def set_pairs(services: Services, row: Connection, pairs: Sequence[str]) -> None:
    """Map each KEY=ACCOUNT; an empty ACCOUNT takes the key out. Raises: Misuse."""
    mapping.set_mapping(services, row.id, read(pairs, "KEY=ACCOUNT, such as sales=4000"))


def print_mapping(services: Services, row: Connection, *, as_json: bool, choices: bool) -> None:
    """What each key is mapped to and, where asked for, what it could be mapped to."""
    found = mapping.show(services, row.id)
    if as_json:
        output.print_json([_data(one) for one in found])
        return
    rows = [(one.use.key, _chosen(one), one.use.meaning) for one in found]
    output.print_table(("key", "mapped to", "used for"), rows)
    if choices:
        _print_choices(found)


def _print_choices(found: Sequence[Mapped]) -> None:
    """Keys with the same choices share one list."""
    shared: dict[tuple[Choice, ...], list[str]] = {}
    for one in found:
        shared.setdefault(one.choices, []).append(one.use.key)
    for choices, keys in shared.items():
        output.say(f"\n{', '.join(keys)}:")
        for choice in choices:
            output.say(f"  {choice.ref:>6}  {choice.code or '':<8}  {choice.name} ({choice.type})")


def _chosen(one: Mapped) -> str:
    if one.ref is None:
        return "-"
    return f"{one.chosen.name} ({one.ref})" if one.chosen else f"{one.ref}, not usable any more"


def _data(one: Mapped) -> dict[str, object]:
    return {
        "key": one.use.key,
        "meaning": one.use.meaning,
        "ref": one.ref,
        "choices": list(one.choices),
    }
