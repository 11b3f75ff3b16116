"""`python -m tests.chaos [NAME]`: without a name it lists the scenarios; `all` runs them all."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

from tests.chaos import exactly_once, frozen, ground, outage, poison, tokens
from tests.chaos.ground import Ground, NotOurs
from tests.chaos.report import Report
from tests.chaos.scene import NeverHappened, Scene, playing
from tests.system.broker import InUse
from tests.system.children import NotReady
from tests.system.ledger import TITLES
from tests.system.quiet import StillMoving

Size = Any  # each scenario has its own


@dataclass(frozen=True)
class Scenario:
    """`on` gives the services that it runs on."""

    help: str
    play: Callable[[Scene, Size, Report], None]
    full: Size
    short: Size
    on: Callable[[], AbstractContextManager[Ground]]


SCENARIOS = {
    "exactly-once": Scenario(
        "kills at every point and lost answers: each invoice once in the books",
        exactly_once.run, exactly_once.FULL, exactly_once.SHORT, ground.given,
    ),
    "token": Scenario(
        "an expired token met by everybody; a driver killed with the new one",
        tokens.run, tokens.FULL, tokens.SHORT, ground.given,
    ),
    "frozen": Scenario(
        "the holder of the lease frozen and woken; PostgreSQL restarted under it",
        frozen.run, frozen.FULL, frozen.SHORT, ground.own,
    ),
    "poison": Scenario(
        "a message that kills intake, until that is mended",
        poison.run, poison.FULL, poison.SHORT, ground.given,
    ),
    "outage": Scenario(
        "PostgreSQL away while intake is killed; RabbitMQ restarted under load",
        outage.run, outage.FULL, outage.SHORT, ground.own,
    ),
}  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 only if everything that was promised holds."""
    options = _options(arguments)
    if options.name is None:
        width = max(map(len, SCENARIOS))
        print("\n".join(f"{name:<{width}}  {one.help}" for name, one in SCENARIOS.items()))
        return 0
    names = list(SCENARIOS) if options.name == "all" else [options.name]
    held = [_run(name, options) for name in names]
    return 0 if all(held) else 1


def play(name: str, scene: Scene, size: Size) -> Report:
    """One scenario in a scene that is there; what it found."""
    report = Report(name)
    SCENARIOS[name].play(scene, size, report)
    return report


def _run(name: str, options: argparse.Namespace) -> bool:
    scenario = SCENARIOS[name]
    print(f"{name}: {scenario.help}", flush=True)
    try:
        with scenario.on() as services, playing(services, options.provider) as scene:
            report = play(name, scene, _size(scenario, options))
    except (NotOurs, InUse, NotReady, NeverHappened, StillMoving) as reason:
        print(f"{name}: {reason}", file=sys.stderr)
        return False
    print(report.table(), flush=True)
    return report.holds


def _size(scenario: Scenario, options: argparse.Namespace) -> Size:
    """The scenario's own size, with what was asked for instead."""
    size = scenario.short if options.short else scenario.full
    asked = {name: getattr(options, name) for name in ("invoices", "kills", "lost", "seed")}
    return replace(
        size, **{name: value for name, value in asked.items() if value and hasattr(size, name)}
    )


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__)
    parser.add_argument("name", nargs="?", choices=[*SCENARIOS, "all"], metavar="NAME")
    parser.add_argument("--short", action="store_true", help="the form that the test suite runs")
    parser.add_argument("--provider", choices=TITLES, default="quickbooks")
    parser.add_argument("--invoices", type=int, help="for each way of writing")
    parser.add_argument("--kills", type=int, help="kill -9 while a write is in flight")
    parser.add_argument("--lost", type=int, help="answers lost after the write")
    parser.add_argument("--seed", type=int, help="which answers are lost, what is sold")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
