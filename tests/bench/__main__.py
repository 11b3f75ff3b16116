"""`python -m tests.bench [NAME ...]`: measures and prints; without a name everything."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.bench import books, intake, letters
from tests.bench.figures import Figure, machine, table
from tests.system.broker import InUse
from tests.system.environment import Services, unrecorded

Size = Any  # each has its own


@dataclass(frozen=True)
class Bench:
    """What is measured, in full and in a form that takes seconds and proves nothing."""

    help: str
    measure: Callable[[Services, Size], list[Figure]]
    full: Size
    tiny: Size


BENCHES = {
    "intake": Bench(
        "events into the tables, beside a plain Dramatiq actor",
        intake.measure, intake.FULL, intake.TINY,
    ),
    "push": Bench(
        "documents from due to ref",
        books.push, books.Size(8, invoices=500), books.Size(2, invoices=5),
    ),
    "delay": Bench(
        "from publish to ref at 20 events a second",
        books.delay, books.Size(10, seconds=30.0), books.Size(2, seconds=0.5),
    ),
    "backlog": Bench(
        "calls and memory for a backlog of 1,000 invoices",
        books.backlog, books.Size(1, invoices=1000), books.Size(1, invoices=10),
    ),
    "dead-letters": Bench(
        "dead letters listed, replayed, and the replay killed half-way",
        letters.measure, letters.FULL, letters.TINY,
    ),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 whatever the figures are: nothing is asserted here."""
    options = _options(arguments)
    services = Services.from_environment()
    names = options.name or list(BENCHES)
    figures = machine(services)
    try:
        for name in names:
            print(f"measuring {BENCHES[name].help} ...", file=sys.stderr, flush=True)
            figures += measure(name, services, tiny=options.tiny)
    except InUse as reason:
        print(reason, file=sys.stderr)
        return 1
    print(table(figures))
    return 0


def measure(name: str, services: Services, *, tiny: bool) -> list[Figure]:
    """The figures of one bench."""
    bench = BENCHES[name]
    with unrecorded():
        return bench.measure(services, bench.tiny if tiny else bench.full)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    shown = "\n".join(f"  {name:<12} {bench.help}" for name, bench in BENCHES.items())
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description=f"{__doc__}\n\n{shown}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="*", metavar="NAME")
    parser.add_argument("--tiny", action="store_true", help="only see that everything works")
    options = parser.parse_args(arguments)
    if unknown := set(options.name) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    return options


if __name__ == "__main__":
    sys.exit(main())
