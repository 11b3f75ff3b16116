"""`books dead-letters hints`: what lies in Dramatiq's queues for hints on which a worker broke."""

from functools import partial

import click

from events import leftovers
from worker.broker import DEAD_HINTS, is_hint
from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.sync import dead_hints
from worker.sync.replays import Decision


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
    found = {}
    with opened() as services:
        url = services.settings.broker_url
        for queue in DEAD_HINTS:
            found[queue] = dead_hints.counted(leftovers.peek(url, queue), is_hint)
            if apply:
                decision = Decision(who, note)
                clear = partial(dead_hints.clear, services.database, queue)
                leftovers.empty(url, queue, partial(clear, is_hint=is_hint, decision=decision))
    if as_json:
        output.print_json({"applied": apply, "queues": found})
        return
    rows = [(queue, one["hints"], one["others"]) for queue, one in found.items()]
    output.print_table(("queue", "hints", "others"), rows)
    if not apply and any(any(one.values()) for one in found.values()):
        output.note("nothing was done yet: mend what broke the worker (its log), then add --apply")
