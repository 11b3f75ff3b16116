"""`./dev demo`: a month of a maintenance company becomes books in a company of a simulated ledger.

Exit code 0 only if the books hold in the end exactly what the events say.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from rich.console import Console

from tests.system import (
    board,
    books_of,
    connecting,
    endings,
    expect,
    ledger,
    payments,
    quiet,
    soundness,
    streams,
)
from tests.system.books_of import Kinds
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


def main(arguments: Sequence[str] | None = None) -> int:
    providers = ledger.CHOICES[_options(arguments).provider]
    console = endings.console()
    services = Services.from_environment()
    started = time.monotonic()
    with (
        endings.explained(console),
        running(services, providers=providers) as system,
        listening(services.broker) as heard,
    ):
        with console.status(f"starting the processes and the simulated {_titles(system)}"):
            system.start_all()
        console.print(f"{len(system.processes)} processes and the simulated {_titles(system)} run")
        faults = show(console, system, heard)
        seconds = time.monotonic() - started
        _say_how_to_look_further(console, system)
    faults += [f"{name} had to be killed" for name, end in system.ended.items() if end.forced]
    for fault in faults:
        console.print(f"[red]not as expected[/]: {fault}")
    if not faults:
        console.print(f"[green]Everything is as expected[/], after {seconds:.1f} s.")
    return 1 if faults else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    ledger.add_option(parser)
    return parser.parse_args(arguments)


def _titles(system: System) -> str:
    return " and ".join(one.title for one in system.ledgers.values())


def show(console: Console, system: System, heard: Listener) -> list[str]:
    """The whole story before somebody's eyes; what was not as expected."""
    lines = streams.read(STREAM)
    tenant = streams.tenants(lines)[0]
    everywhere = _connect(console, system, tenant)
    _publish(console, system, lines)
    before = books_of.read(system)
    paid = [(one, _pay(console, one, before[one.ledger.provider])) for one in everywhere]
    payments.ask_for_pull(system, tenant)
    faults = []
    for connected, mine in paid:
        payments.wait_for(system, connected, heard, mine)
        faults += payments.faults(system, connected, heard, mine)
    quiet.wait(system, QUIET_SECONDS)
    for connected in everywhere:
        _show_payments(console, heard, connected)
    return [*_show_end(console, system, lines), *faults]


def _connect(console: Console, system: System, tenant: str) -> list[Connected]:
    with console.status("connecting: link, consent page, first pulls, mapping"):
        everywhere = connecting.connect_everywhere(system, tenant)
    for one in everywhere:
        console.print(
            f"{tenant} is connected to {one.company} ({one.company_id}) in {one.ledger.title}: "
            "consented in the browser, all lists pulled, everything mapped"
        )
    return everywhere


def _publish(console: Console, system: System, lines: Sequence[Line]) -> None:
    """Publish at a pace for people, and wait until everything that can be is in the books."""
    console.print(f"publishing {len(lines)} events of one month to RabbitMQ")
    with Watch(console, system, "From CMMS events to the books") as watch:
        streams.publish(system.services.broker, _paced(lines, watch))
        quiet.wait(system, QUIET_SECONDS, watch.look)


def _paced(lines: Sequence[Line], watch: Watch) -> Iterator[Line]:
    for line in lines:
        yield line
        watch.look("publishing")
        time.sleep(_PACE_SECONDS)


def _pay(console: Console, connected: Connected, kinds: Kinds) -> list[Paid]:
    """A partial and a full payment, entered in the ledger as a bookkeeper would."""
    partly, fully = payments.open_invoices(kinds["invoice"])[:2]
    assert partly.total is not None
    assert fully.total is not None
    half = (partly.total / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    paid = [
        payments.enter(connected, partly, half, "CHECK"),
        payments.enter(connected, fully, fully.total, "CARD"),
    ]
    for one in paid:
        console.print(
            f"in {connected.ledger.title} {one.amount} of {one.invoice.total} "
            f"{one.invoice.currency} is received for invoice {one.invoice.number}"
        )
    return paid


def _show_payments(console: Console, heard: Listener, connected: Connected) -> None:
    for event in payments.heard_of(heard, connected):
        data: dict[str, Any] = event["data"]
        console.print(
            f"the CMMS hears from {connected.ledger.title}: {Decimal(data['applied']):.2f} for "
            f"{data['invoice_id']}, {data['status'].replace('_', ' ')}, "
            f"balance {Decimal(data['balance']):.2f}"
        )


def _show_end(console: Console, system: System, lines: Sequence[Line]) -> list[str]:
    """The books beside what was expected; what differs."""
    expected = json.loads(EXPECTED.read_text())
    books, records = books_of.read(system), streams.fold(lines)
    faults = soundness.faults(system, books)
    for table in board.end_tables(system, books, expected):
        console.print(table)
    for verdict in expect.judge(expected, records, books).values():
        faults += verdict.faults
    letters = system.books_json("dead-letters", "list")
    console.print(f"dead letters: {len(letters)}")
    return [*faults, *(f"dead letter {one['id']}: {one['reason']}" for one in letters)]


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
