"""`./dev drill [ALERT ...]`: without a name it lists the alerts; `all` runs all of them."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from tests.chaos import ground
from tests.chaos.ground import NotOurs
from tests.chaos.scene import NeverHappened
from tests.drill import dashboards, exercise, judging, report
from tests.drill.catalogue import GROUPS, NOT_CAUSED
from tests.drill.compress import Scale
from tests.drill.exercise import Exercise, Outcome
from tests.drill.prometheus import program
from tests.drill.report import Telling
from tests.drill.stage import Stage, staged
from tests.system import endings

EXERCISES = [one for group in GROUPS for one in group]


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 only if every alert fired, was resolved, and the books are sound."""
    options = _options(arguments)
    console = endings.console()
    if not options.alerts or options.list:
        console.print(report.exercises_table(EXERCISES, NOT_CAUSED))
        return 0
    with endings.explained(console):
        try:
            return _drill(list(chosen(options.alerts)), Telling(console))
        except (NotOurs, NeverHappened) as reason:
            console.print(f"{type(reason).__name__}: {reason}", style="red", markup=False)
            return 1


def chosen(alerts: Sequence[str]) -> Iterator[list[Exercise]]:
    """The groups, with those that were asked for. Raises SystemExit for an unknown one."""
    known = {alert for one in EXERCISES for alert in one.alerts}
    if unknown := [name for name in alerts if name not in known and name != "all"]:
        raise SystemExit(f"no exercise is called {unknown[0]}; `./dev drill` lists them")
    for group in GROUPS:
        if mine := [one for one in group if {"all", *one.alerts} & set(alerts)]:
            yield mine


def _drill(groups: Sequence[Sequence[Exercise]], say: Telling) -> int:
    scale = Scale()
    say(f"the rules of deploy/prometheus with {scale}")
    with (
        ground.own(measured=True) as services,
        staged(services, program(), scale) as stage,
    ):
        say(f"{len(stage.system.processes)} processes run, Prometheus at {stage.prometheus.url}")
        stage.connect(
            {
                name: where
                for group in groups
                for one in group
                for name, where in one.tenants.items()
            }
        )
        say(f"{len(stage.tenants)} tenants are connected, their parties in the books")
        empty = dashboards.faults(stage.prometheus, rabbitmq=True)
        outcomes = [one for group in groups for one in exercise.play(stage, group, say)]
        faults = [*empty, *_end(stage, say)]
    return _tell(outcomes, faults, say)


def _end(stage: Stage, say: Telling) -> list[str]:
    stage.rest()
    say("nothing moves any more; comparing the books with what was sold")
    return judging.faults(stage)


def _tell(outcomes: Sequence[Outcome], faults: Sequence[str], say: Telling) -> int:
    say.console.print(report.outcomes_table(outcomes))
    for fault in faults:
        say(f"NOT AS IT MUST BE: {fault}")
    held = all(one.holds for one in outcomes) and not faults
    say("every alert fired, was mended and resolved; the books are sound" if held else "FAILED")
    return 0 if held else 1


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev drill", description=__doc__)
    parser.add_argument("alerts", nargs="*", metavar="ALERT", help="or all")
    parser.add_argument("--list", action="store_true", help="what can be caused, and what not")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
