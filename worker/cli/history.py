"""`books history`: every event, call, answer, status event and decision about one record."""

import click

from schemas.kinds import Kind
from worker.cli import output
from worker.cli.one_record import of_one_record
from worker.cli.opening import opened
from worker.store.history import Entry
from worker.sync import history as asking
from worker.sync.matching import Where

_WORDS = {"dead_letter": "dead letter"}
_FOR_ENGINEERS = frozenset({"detail"})


@click.command()
@of_one_record
def history(
    kind: str,
    record_id: str,
    *,
    connection: str | None,
    tenant: str | None,
    detail: bool,
    as_json: bool,
) -> None:
    """Tell what happened to the CMMS's record ID, in order of time.

    Events that came, calls to the ledger with their answers, status events, payments, dead letters,
    and what people did. It reaches back as far as these are kept.
    """
    with opened() as services:
        found = asking.ask(services, Where(connection, tenant), Kind(kind), record_id)
    if as_json:
        output.print_json(found)
        return
    for one in found:
        output.say(f"{kind.replace('_', ' ')} {record_id} of {one.tenant}")
        for entry in one.entries:
            output.say(_line(entry, several=len(one.connections) > 1, detail=detail))
        output.say()


def _line(one: Entry, *, several: bool, detail: bool) -> str:
    books = f" [{one.connection_id}]" if several and one.connection_id else ""
    facts = {
        name: value
        for name, value in one.facts.items()
        if detail or name not in _FOR_ENGINEERS
    }  # fmt: skip
    said = " ".join(f"{name}={output.text(value)}" for name, value in facts.items())
    head = f"{output.text(one.at)}{books}  {_WORDS.get(one.what, one.what):<11} {one.name}"
    return f"{head}  {said}".rstrip()


COMMANDS = (history,)
