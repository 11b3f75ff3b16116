"""`./dev replay STREAM.jsonl`: any stream of events through the whole real system, start to quiet.

Fresh simulators, one company a tenant and ledger, the whole mapping set. Exit code 0 only if the
books of every ledger hold what was expected, and nothing that contradicts itself.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from tests.system import (
    books_of,
    connecting,
    endings,
    hard,
    ledger,
    quiet,
    streams,
    summary,
)
from tests.system.environment import Services
from tests.system.hard import Havoc
from tests.system.listening import listening
from tests.system.processes import System, running
from tests.system.quiet import Moving
from tests.system.streams import Line
from tests.system.watching import Watch

_LEAST_SECONDS = 120.0
_SECONDS_A_LINE = 0.5  # a ledger takes so many calls a minute, and not all are batches


def main(arguments: Sequence[str] | None = None) -> int:
    options = read_options(arguments)
    console = endings.console()
    lines = streams.read(options.stream)
    services = Services.from_environment()
    providers = ledger.CHOICES[options.provider]
    simulator = ["--tax-rate", options.tax_rate]
    settings = hard.settings(providers) if options.hard else {}
    with (
        endings.explained(console),
        running(services, providers=providers, simulator=simulator, **settings) as system,
        listening(services.broker) as heard,
    ):
        system.start_all()
        connect_all(console, system, lines, options)
        if options.hard:
            publish_hard(console, system, lines, options)
        else:
            publish(console, system, lines, options.limit)
        books = books_of.read(system)
        if options.statuses:
            heard.collect()
            options.statuses.write_bytes(b"".join(body + b"\n" for body in heard.bodies))
        if options.books:
            text = json.dumps(books_of.as_json(books), indent=1, ensure_ascii=False)
            options.books.write_text(f"{text}\n")
        return summary.conclude(console, system, lines, books, options.expect)


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev replay", description=__doc__)
    parser.add_argument("stream", type=_file, metavar="STREAM.jsonl", help="one envelope a line")
    ledger.add_option(parser)
    parser.add_argument(
        "--expect", type=_file, metavar="FILE", help="what the books must hold in the end"
    )
    parser.add_argument(
        "--statuses", type=Path, metavar="FILE", help="write status events there, one a line"
    )
    parser.add_argument("--books", type=Path, metavar="FILE", help="write the books there")
    parser.add_argument("--closed-until", metavar="DATE", help="last day of the closed period")
    parser.add_argument("--tax-rate", default="8", help="percent behind TAX (default: 8)")
    parser.add_argument(
        "--multicurrency", action="store_true", help="even if the stream has one currency only"
    )
    parser.add_argument(
        "--hard",
        action="store_true",
        help="shuffled within an hour, every event twice, workers killed meanwhile",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the disorder (default: 1)")
    parser.add_argument(
        "--limit", type=float, metavar="SECONDS", help="longest wait until nothing moves any more"
    )
    return parser.parse_args(arguments)


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return path


def connect_all(
    console: Console, system: System, lines: Sequence[Line], options: argparse.Namespace
) -> None:
    """A company of every ledger for each tenant, with several currencies where stream or user ask
    for them."""
    for tenant in streams.tenants(lines):
        mine = [line for line in lines if line.is_valid and line.tenant == tenant]
        for one in system.ledgers.values():
            company = one.new_company(
                multicurrency=options.multicurrency or bool(streams.currencies(mine) - {"USD"}),
                tax_rate=options.tax_rate,
                closed_until=options.closed_until,
            )
            connecting.connect(system, tenant, company, one)
            said = f"{company['name']} ({company['id']}) in {one.title}"
            console.print(f"{tenant} is connected to {said}")


def publish(console: Console, system: System, lines: Sequence[Line], limit: float | None) -> None:
    """Publish in file order and wait until nothing moves. Raises StillMoving."""
    with Watch(console, system, "Replay") as watch:
        count = streams.publish(system.services.broker, lines)
        took = quiet.wait(system, limit or _seconds(lines), watch.look)
    console.print(f"{count} messages published; {took:.1f} s later nothing moved any more")


def publish_hard(
    console: Console, system: System, lines: Sequence[Line], options: argparse.Namespace
) -> None:
    """The same in disorder, while workers are killed. Raises StillMoving."""
    disordered = hard.disordered(lines, options.seed)
    havoc = Havoc.over(system, disordered, options.seed)
    for one in system.ledgers.values():
        one.control("PUT", "settings", {"latency_ms": hard.LATENCY_MS})

    def look(moving: Moving) -> None:
        watch.look(moving)
        if moving.is_anything:
            havoc.meanwhile()

    with Watch(console, system, "Replay, the hard way") as watch:
        count = streams.publish(system.services.broker, havoc.during(disordered))
        took = quiet.wait(system, options.limit or 2 * _seconds(disordered), look)
    console.print(f"{count} messages published; {took:.1f} s later nothing moved any more")
    killed = ", ".join(f"{number} {name}" for name, number in sorted(havoc.killed.items()))
    met = sum(one.vanished() for one in system.ledgers.values())
    console.print(f"{havoc.killed.total()} x kill -9 ({killed}), {met} of them during a write")


def _seconds(lines: Sequence[Line]) -> float:
    return _LEAST_SECONDS + _SECONDS_A_LINE * len(lines)


if __name__ == "__main__":
    sys.exit(main())
