"""`./dev demo`: a month of a maintenance company becomes books in a simulated QuickBooks company.

Exit code 0 only if the books hold in the end exactly what the events say.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rich.console import Console

from tests.system import board, books_of, connecting, endings, expect, payments, quiet, streams
from tests.system.books_of import Books
from tests.system.connecting import Connected
from tests.system.environment import ROOT, Services
from tests.system.listening import Listener, listening
from tests.system.payments import Paid
from tests.system.processes import System, running
from tests.system.streams import Line
from tests.system.watching import Watch

STREAM = ROOT / "tests/data/small.jsonl"
EXPECTED = ROOT / "tests/data/small.expected.json"
QUIET_SECONDS = 40.0
_PACE_SECONDS = 0.04  # slow enough for people to see it happen


def main() -> int:
    console = endings.console()
    services = Services.from_environment()
    started = time.monotonic()
    with (
        endings.explained(console),
        running(services) as system,
        listening(services.broker) as heard,
    ):
        with console.status("starting the processes and the simulated QuickBooks"):
            system.start_all()
        console.print(f"{len(system.processes)} processes and the simulated QuickBooks run")
        faults = show(console, system, heard)
        seconds = time.monotonic() - started
        _say_how_to_look_further(console, system)
    faults += [f"{name} had to be killed" for name, end in system.ended.items() if end.forced]
    for fault in faults:
        console.print(f"[red]not as expected[/]: {fault}")
    if not faults:
        console.print(f"[green]Everything is as expected[/], after {seconds:.1f} s.")
    return 1 if faults else 0


def show(console: Console, system: System, heard: Listener) -> list[str]:
    """The whole story before somebody's eyes; what was not as expected."""
    lines = streams.read(STREAM)
    connected = _connect(console, system, streams.tenants(lines)[0])
    _publish(console, system, lines)
    before = books_of.read(system)
    paid = _pay(console, system, connected, before)
    payments.ask_for_pull(system, connected.tenant)
    payments.wait_for(system, connected, heard, paid)
    faults = payments.faults(system, connected, heard, paid)
    quiet.wait(system, QUIET_SECONDS)
    _show_payments(console, heard)
    expected = json.loads(EXPECTED.read_text())
    books = books_of.read(system)
    return [
        *_show_end(console, system, books, expected),
        *_verdict(system, lines, books, expected),
        *faults,
    ]


def _connect(console: Console, system: System, tenant: str) -> Connected:
    with console.status("connecting: link, consent page, first pulls, mapping"):
        connected = connecting.connect(system, tenant, system.ledger.company)
    console.print(
        f"{connected.tenant} is connected to {connected.company} ({connected.company_id}): "
        "consented in the browser, all lists pulled, everything mapped"
    )
    return connected


def _publish(console: Console, system: System, lines: Sequence[Line]) -> None:
    """Publish at a pace for people, and wait until everything that can be is in the books."""
    console.print(f"publishing {len(lines)} events of one month to RabbitMQ")
    with Watch(console, system, "From CMMS events to QuickBooks") as watch:
        streams.publish(system.services.broker, _paced(lines, watch))
        quiet.wait(system, QUIET_SECONDS, watch.look)


def _paced(lines: Sequence[Line], watch: Watch) -> Iterator[Line]:
    for line in lines:
        yield line
        watch.look("publishing")
        time.sleep(_PACE_SECONDS)


def _pay(console: Console, system: System, connected: Connected, books: Books) -> list[Paid]:
    """A partial and a full payment, entered in QuickBooks as a bookkeeper would."""
    partly, fully = payments.open_invoices(books_of.rows_of(books, "invoice"))[:2]
    assert partly.total is not None
    assert fully.total is not None
    half = (partly.total / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    company = connected.company_id
    paid = [
        payments.enter(system, company, partly, half, "CHECK"),
        payments.enter(system, company, fully, fully.total, "CARD"),
    ]
    for one in paid:
        console.print(
            f"in QuickBooks {one.amount} of {one.invoice.total} {one.invoice.currency} is received "
            f"for invoice {one.invoice.number}"
        )
    return paid


def _show_payments(console: Console, heard: Listener) -> None:
    for event in heard.of_type("accounting.payment.received"):
        data: dict[str, Any] = event["data"]
        console.print(
            f"the CMMS hears: {Decimal(data['applied']):.2f} for {data['invoice_id']}, "
            f"{data['status'].replace('_', ' ')}, balance {Decimal(data['balance']):.2f}"
        )


def _show_end(
    console: Console, system: System, books: Books, expected: dict[str, Any]
) -> list[str]:
    console.print()
    console.print(board.books_table(books, expected))
    if reasons := board.reasons_table(system):
        console.print(reasons)
    letters = system.books_json("dead-letters", "list")
    console.print(f"dead letters: {len(letters)}")
    return [f"dead letter {one['id']}: {one['reason']}" for one in letters]


def _verdict(
    system: System, lines: Sequence[Line], books: Books, expected: dict[str, Any]
) -> list[str]:
    compared = expect.compare(expected, streams.fold(lines), books)
    return [*compared.faults, *expect.soundness(system, books)]


def _say_how_to_look_further(console: Console, system: System) -> None:
    console.print()
    for name, child in system.processes.items():
        if child.metrics_url:
            console.print(f"metrics of {name:<20} {child.metrics_url}")
    console.print(f"web                             {system.web_url}/readyz")
    console.print(
        "These end with the demo. `./dev up` holds all of it and prints how to ask `books status`, "
        "`books records invoice` and `books dead-letters list` yourself."
    )


if __name__ == "__main__":
    sys.exit(main())
