"""`books dead-letters`: messages that no rule could handle, and what people decide about them."""

import click

from worker import bootstrap
from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.store.dead_letters import Kept
from worker.sync import dead_letters as use
from worker.sync.dead_letters import Decision

_COLUMNS = (
    "id",
    "state",
    "category",
    "type",
    "tenant_id",
    "event_id",
    "count",
    "last_seen_at",
    "reason",
)


@click.group("dead-letters")
def dead_letters() -> None:
    """Messages that no rule could handle, kept whole."""


@dead_letters.command("list")
@click.option(
    "--state", type=click.Choice(["open", "replayed", "discarded", "all"]), default="open",
    show_default=True,
)  # fmt: skip
@click.option("--limit", default=100, show_default=True)
@json_option
def list_(state: str, limit: int, as_json: bool) -> None:  # noqa: FBT001
    """The letters, the newest first."""
    with opened() as services:
        found = use.find(services, None if state == "all" else state, limit)
    if as_json:
        output.print_json(found)
        return
    rows = [[getattr(letter, name) for name in _COLUMNS] for letter in found]
    output.print_table(_COLUMNS, rows)


@dead_letters.command()
@click.argument("letter", type=int)
@json_option
def show(letter: int, as_json: bool) -> None:  # noqa: FBT001
    """One letter, whole: the reason, the headers and the message as it came."""
    with opened() as services:
        found = use.get(services, letter)
    if as_json:
        output.print_json(found)
        return
    shown = {name: getattr(found, name) for name in Kept.__dataclass_fields__ if name != "body"}
    output.print_fields(shown)
    output.say(f"\n{found.body.decode('utf-8', 'backslashreplace')}")


@dead_letters.command()
@click.argument("letter", type=int)
@who_option
@note_option
def replay(letter: int, who: str, note: str | None) -> None:
    """Let it go its way once more, as it came, after its cause was mended."""
    with opened() as services, bootstrap.republisher(services.settings) as republish:
        use.replay(services, letter, Decision(who, note), republish)
    output.say(f"dead letter {letter} was replayed; should it fail again, it is listed again")


@dead_letters.command()
@click.argument("letter", type=int)
@who_option
@note_option
def discard(letter: int, who: str, note: str | None) -> None:
    """Decide that nothing more happens with it; it stays readable."""
    with opened() as services:
        use.discard(services, letter, Decision(who, note))
    output.say(f"dead letter {letter} was discarded")


COMMANDS = (dead_letters,)
