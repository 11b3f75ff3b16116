"""`books dead-letters hints`: what lies in Dramatiq's queues for hints on which a worker broke."""

from collections import Counter
from collections.abc import Mapping, Sequence

import click

from events import leftovers
from events.delivery import Delivery
from worker.broker import DEAD_HINTS, is_hint
from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.sync import dead_hints
from worker.sync.replays import Decision
from worker.sync.services import Services


@click.command()
@click.option("--apply", is_flag=True, help="Remove them; without this they are only counted.")
@who_option
@note_option
@json_option
def hints(*, apply: bool, who: str, note: str | None, as_json: bool) -> None:
    """Hints that a worker broke on: what drive.XQ and housekeeping.XQ hold.

    They say only "look at connection 7", and the clock has repeated them since; so --apply drops
    them. Whatever else lies there is kept as a dead letter of the category not_a_hint.
    """
    with opened() as services:
        url = services.settings.broker_url
        if apply:
            found = {one: _cleared(services, one, Decision(who, note)) for one in DEAD_HINTS}
        else:
            found = {
                one: dead_hints.counted(leftovers.peek(url, one), is_hint) for one in DEAD_HINTS
            }
    if as_json:
        output.print_json({"applied": apply, "queues": found})
        return
    rows = [(queue, one["hints"], one["others"]) for queue, one in found.items()]
    output.print_table(("queue", "hints", "others"), rows)
    if not apply and any(any(one.values()) for one in found.values()):
        output.note("nothing was done yet: mend what broke the worker (its log), then add --apply")


def _cleared(services: Services, queue: str, decision: Decision) -> Mapping[str, int]:
    """Empty a queue; how many were which, of all that lay there."""
    found = Counter(hints=0, others=0)

    def clear(deliveries: Sequence[Delivery]) -> None:
        database = services.database
        found.update(dead_hints.clear(database, queue, deliveries, is_hint, decision))

    leftovers.empty(services.settings.broker_url, queue, clear)
    return found
