"""Which dead letters: the options that list, replay, discard and export share."""

import functools
from collections.abc import Callable
from datetime import datetime

import click

from worker.cli.moments import MOMENT
from worker.errors import Misuse
from worker.store.backlog import LETTERS
from worker.store.letter_search import Filter

Command = Callable[..., None]

_FILTERS = (
    click.option(
        "--category",
        "categories",
        multiple=True,
        type=click.Choice(LETTERS),
        metavar="CATEGORY",
        help=f"Of this category; repeatable: {', '.join(LETTERS)}.",
    ),
    click.option("--text", help="With this text in the reason, whatever its case."),
    click.option("--tenant", help="Of this tenant."),
    click.option("--type", "type_", help="Of this event type."),
    click.option("--source", help="Of this publishing service."),
    click.option("--since", type=MOMENT, help="Last seen since 2026-11-20T09:30 (UTC), or 2h ago."),
    click.option("--until", type=MOMENT, help="Last seen before that moment."),
    click.option("--corrected", is_flag=True, help="Named by a later event as what it corrects."),
)
state_option = click.option(
    "--state", type=click.Choice(["open", "replayed", "superseded", "discarded", "all"]),
    default="open", show_default=True,
)  # fmt: skip


def filtered(command: Command) -> Command:
    """Gives the command one `wanted: Filter` for all of these options."""

    @functools.wraps(command)
    def call(
        *,
        categories: tuple[str, ...],
        text: str | None,
        tenant: str | None,
        type_: str | None,
        source: str | None,
        since: datetime | None,
        until: datetime | None,
        corrected: bool,
        state: str = "open",
        letters: tuple[int, ...] = (),
        **others: object,
    ) -> None:
        wanted = Filter(
            state=None if state == "all" else state,
            ids=letters,
            categories=categories,
            text=text,
            tenant_id=tenant,
            type=type_,
            source=source,
            since=since,
            until=until,
            corrected=corrected,
        )
        command(wanted=wanted, **others)

    for option in reversed(_FILTERS):
        call = option(call)
    return call


def check_chosen(wanted: Filter, *, everything: bool) -> None:
    """Raises: Misuse where nobody has said which letters."""
    if wanted == Filter() and not everything:
        text = "name letters, or choose them by options such as --category; --all means all"
        raise Misuse("nothing_chosen", text)
