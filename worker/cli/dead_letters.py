"""`books dead-letters`: messages that no rule could handle, and what people decide about them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

import click

from worker import bootstrap
from worker.cli import letters_shown as shown
from worker.cli import output
from worker.cli.dead_hints import hints
from worker.cli.letter_options import check_chosen, filtered, state_option
from worker.cli.numbers import NUMBER
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.store.letter_search import Filter
from worker.sync import dead_letters as use
from worker.sync import replays
from worker.sync.replays import Decision, Line, Pace
from worker.sync.services import Services

LEFT, INTERRUPTED = 3, 130
"""Exit codes beside 0 and 1: some letters are left to a person; Ctrl-C."""

_apply = click.option("--apply", is_flag=True, help="Do it; without this it is only shown.")
_all = click.option("--all", "everything", is_flag=True, help="All that are open.")
_most = click.option("--limit", type=click.IntRange(1), help="So many letters at most.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Messages that no rule could handle, kept whole until a person decides."""


@dead_letters.command("list")
@filtered
@state_option
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--ids", is_flag=True, help="The ids alone, one a line.")
@json_option
def list_(wanted: Filter, limit: int, ids: bool, as_json: bool) -> None:  # noqa: FBT001
    """The letters, the newest first: how often each was seen, and when."""
    with opened() as services:
        found = use.find(services, wanted, limit)
    if as_json:
        output.print_json_rows(found.letters)
    elif ids:
        click.echo("".join(f"{one.id}\n" for one in found.letters), nl=False)
    else:
        shown.print_list(found.letters)
        output.note(f"{len(found.letters)} of {found.total} shown")


@dead_letters.command()
@click.argument("letter", type=NUMBER)
@click.option("--raw", is_flag=True, help="Write the message's bytes, and nothing else.")
@json_option
def show(letter: int, raw: bool, as_json: bool) -> None:  # noqa: FBT001
    """One letter, whole: the reason, headers and traceback, what was done, and the message."""
    with opened() as services:
        found = use.get(services, letter)
    if raw:
        click.echo(found.letter.body, nl=False)
    elif as_json:
        output.print_json(shown.data(found))
    else:
        shown.print_whole(found)


@dead_letters.command()
@click.argument("letters", type=NUMBER, nargs=-1)
@filtered
@_all
@_apply
@_most
@click.option(
    "--rate", type=click.FloatRange(0.1, 100_000), default=Pace.rate, show_default=True,
    help="So many a second.",
)  # fmt: skip
@who_option
@note_option
@json_option
@click.pass_context
def replay(
    context: click.Context,
    wanted: Filter,
    *,
    everything: bool,
    apply: bool,
    limit: int | None,
    rate: float,
    who: str,
    note: str | None,
    as_json: bool,
) -> None:
    """Let letters go their way once more, as they came, after their cause was mended.

    Without --apply it says what each would do. Messages go to intake again, records of defects are
    due again; those that are superseded are closed. Safe to interrupt and to repeat.

    Exit codes: 0 all done (or could be), 1 refused, 3 some stay open for a person, 130 Ctrl-C.
    """
    check_chosen(wanted, everything=everything)
    with opened() as services:
        lines = _decided(services, wanted)
        if apply:
            decision, pace = Decision(who, note), Pace(limit, rate)
            with bootstrap.republisher(services.settings) as publish:
                pages = replays.replay(services, wanted, decision, publish, pace)
                interrupted = _follow(pages, lines, as_json=as_json)
        else:
            pages = replays.preview(services, wanted, limit)
            interrupted = _follow(pages, lines, as_json=as_json)
    _conclude(lines, apply=apply, as_json=as_json)
    if interrupted:
        output.note("interrupted: the rest is as it was; the same command goes on from here")
        context.exit(INTERRUPTED)
    context.exit(LEFT if any(line.is_left for line in lines) else 0)


@dead_letters.command()
@click.argument("letters", type=NUMBER, nargs=-1)
@filtered
@_all
@_apply
@_most
@who_option
@note_option
@json_option
def discard(
    wanted: Filter,
    *,
    everything: bool,
    apply: bool,
    limit: int | None,
    who: str,
    note: str | None,
    as_json: bool,
) -> None:
    """Decide that nothing more happens with letters; they stay readable.

    Letters that are named are discarded at once, those that are chosen by options with --apply.
    """
    check_chosen(wanted, everything=everything)
    with opened() as services:
        for one in use.check_known(services, wanted.ids):
            output.note(f"{one.id}: it was {one.state} by {one.decided_by}")
        if apply or wanted == Filter(ids=wanted.ids) != Filter():
            pages = use.discard(services, wanted, Decision(who, note), limit)
            ids = [id_ for page in pages for id_ in page]
            said = "discarded"
        else:
            ids = use.would_discard(services, wanted, limit)
            said = "would be discarded: add --apply"
    if as_json:
        output.print_json({"applied": said == "discarded", "ids": ids})
    else:
        output.say(f"{_letters(len(ids))} {said}")


@dead_letters.command()
@click.argument("letters", type=NUMBER, nargs=-1)
@filtered
@state_option
@_most
@click.option(
    "--output", "target", type=click.File("wb"), default="-", help="A file; else it is printed.",
)  # fmt: skip
def export(wanted: Filter, limit: int | None, target: BinaryIO) -> None:
    """Letters as JSON Lines, the oldest first: bodies in base64 and as text, headers, acts.

    Letters that are named are exported however they stand.
    """
    number = 0
    chosen = replace(wanted, state=None) if wanted.ids else wanted
    with opened() as services:
        use.check_known(services, chosen.ids)
        for number, found in enumerate(use.whole(services, chosen, limit), 1):  # noqa: B007
            line = json.dumps(shown.data(found), default=output.plain)
            target.write(line.replace("\x7f", "\\u007f").encode() + b"\n")
    output.note(f"{_letters(number)} exported")


def _decided(services: Services, wanted: Filter) -> list[Line]:
    """Letters that are named and were decided already."""
    return [replays.decided(one) for one in use.check_known(services, wanted.ids)]


def _follow(pages: Iterator[list[Line]], lines: list[Line], *, as_json: bool) -> bool:
    """Gather and print what comes, page by page; whether it was interrupted."""
    if not as_json:
        shown.print_lines(lines)
    try:
        for page in pages:
            lines += page
            if not as_json:
                shown.print_lines(page)
    except KeyboardInterrupt:
        return True
    except Exception:
        if lines and as_json:  # what is done is done: say it before what stopped it
            _conclude(lines, apply=True, as_json=True)
        raise
    return False


def _conclude(lines: list[Line], *, apply: bool, as_json: bool) -> None:
    counts = shown.counts(lines)
    if as_json:
        output.print_json({"applied": apply, "counts": counts, "letters": lines})
        return
    said = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    output.say(f"{_letters(len(lines))}{f': {said}' if said else ''}")
    if lines and not apply:
        output.note("nothing was done yet: add --apply")


def _letters(number: int) -> str:
    return f"{number} dead letter{'' if number == 1 else 's'}"


dead_letters.add_command(hints)

COMMANDS = (dead_letters,)
