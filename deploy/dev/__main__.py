"""The verbs of `./dev`. What needs the project's packages runs as a module in .venv."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.dev import lint, prometheus, services, venv
from deploy.dev.paths import ROOT, Stop, Unavailable, say
from deploy.dev.run import Run
from deploy.dev.services import For

USAGE = """usage: ./dev VERB [arguments]

{verbs}

./dev VERB --help shows a verb's own arguments.
Environment:
  DATABASE_URL, RABBITMQ_URL             use these services
  DEV_SERVICES=env|docker|programs|apt   insist on one way to get them
  PROMTOOL, PROMETHEUS                   use these programs
  DEV_NO_INSTALL=1                       never use apt-get
  DEV_PYTHON                             the Python to use"""


# What `./dev test` runs beside the rest, each lane with services of its own: tests wait most of the
# time, for processes, for what they killed, for the database. What one names within a folder of
# another is its own.
LANES = (
    ("tests/acceptance",),
    (
        "tests/acceptance/test_demo.py",
        "tests/acceptance/test_drill.py",
        "tests/acceptance/test_replay.py",
        "tests/acceptance/test_two_way.py",
        "tests/acceptance/test_upgrade.py",
        "tests/bench",
        "tests/integration/events",
    ),
    (
        "tests/contract",
        "tests/integration/cli",
        "tests/integration/converge",
        "tests/integration/match",
        "tests/integration/pull",
        "tests/integration/settle",
    ),
)

_NOTHING_COLLECTED = 5  # pytest's exit code


@dataclass(frozen=True)
class Verb:
    help: str
    act: Callable[[Sequence[str]], int]


def _module(name: str) -> Callable[[Sequence[str]], int]:
    """Run a module of the project with the services up."""

    def act(arguments: Sequence[str]) -> int:
        if {"-h", "--help"} & set(arguments):
            return _alone(name)(arguments)
        with Run() as run:
            command = [str(venv.python()), "-P", "-m", name, *arguments]
            return run.command(command, _environment(services.start(run, For.SYSTEM)), Path.cwd())

    return act


def _alone(name: str) -> Callable[[Sequence[str]], int]:
    """Run a module that needs no services."""

    def act(arguments: Sequence[str]) -> int:
        with Run() as run:
            return run.command(
                [venv.python(), "-P", "-m", name, *arguments], dict(os.environ), Path.cwd()
            )

    return act


def _drill(arguments: Sequence[str]) -> int:
    """It kills its services, so it starts them itself; to list the alerts nothing is needed."""
    if set(arguments) & {"-h", "--help", "--list"} or not arguments:
        return _alone("tests.drill")(arguments)
    os.environ.update(prometheus.programs().variables())
    return _alone("tests.drill")(arguments)


def _test(arguments: Sequence[str]) -> int:
    """All tests in lanes side by side, or the named ones in one."""
    named = [one for one in arguments if not one.startswith("-")]
    # One recording is one conversation after the other, which lanes at once would not be.
    if named or os.environ.get("DATABASE_URL") or os.environ.get("SIMULATOR_TRAFFIC"):
        return _pytest(arguments)
    with Run() as run:
        python = venv.python()
        os.environ.update(prometheus.programs().variables())
        beside = [_lane(run, number, folders, arguments) for number, folders in enumerate(LANES)]
        environment = _environment(services.start(run, For.TESTS))
        apart = [f"--ignore={folder}" for folders in LANES for folder in folders]
        statuses = [run.command([python, "-m", "pytest", *apart, *arguments], environment, ROOT)]
        for number, (folders, lane) in enumerate(zip(LANES, beside, strict=True)):
            say(f"waiting for another lane: {' '.join(folders)}")
            statuses.append(lane.wait())
            print((run.directory / f"lane{number}.log").read_text(errors="replace"))
        return _overall(statuses)


def _overall(statuses: Sequence[int]) -> int:
    """The first failure; that no test of a lane was asked for is none, if another had some."""
    failed = [status for status in statuses if status not in (0, _NOTHING_COLLECTED)]
    return failed[0] if failed else min(statuses)


def _lane(
    run: Run, number: int, folders: Sequence[str], arguments: Sequence[str]
) -> "subprocess.Popen[bytes]":
    """`./dev test` of some folders, beside us."""
    others = [one for lane in LANES for one in lane if lane is not folders]
    apart = [f"--ignore={one}" for one in others if one.startswith(tuple(f"{f}/" for f in folders))]
    return run.service(
        [sys.executable, "-m", "deploy.dev", "test", *folders, *apart, *arguments],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        signal.SIGTERM,
        log=f"lane{number}.log",
    )


def _pytest(arguments: Sequence[str]) -> int:
    """Some tests, which may need no promtool: those that do fail without."""
    with Run() as run:
        python = venv.python()
        try:
            os.environ.update(prometheus.programs().variables())
        except Stop as reason:
            say(str(reason))
        environment = _environment(services.start(run, For.TESTS))
        return run.command([python, "-m", "pytest", *arguments], environment, ROOT)


def _lint(_arguments: Sequence[str]) -> int:
    return lint.run(venv.python())


def _doctor(_arguments: Sequence[str]) -> int:
    """Print what each way says, and which one would be taken; start nothing."""
    print(f"Python {sys.version.split()[0]} ({sys.executable})")
    taken = [
        _diagnosed(f"Services for {purpose.value}", services.wanted(purpose)) for purpose in For
    ]
    if not all(taken):
        print(services.HELP)
    checkers = _diagnosed("promtool and prometheus", prometheus.wanted())
    if not checkers:
        print(prometheus.HELP)
    return 0 if all(taken) and checkers else 1


def _diagnosed(what_for: str, ways: Iterable[services.Way | prometheus.Way]) -> bool:
    """Whether there is a way to get what is needed."""
    print(f"{what_for}:")
    taken = False
    for way in ways:
        try:
            what = way.check()
        except Unavailable as reason:
            print(f"  {way.name:<9} no: {reason}")
            continue
        print(f"  {way.name:<9} {'would do' if taken else 'would be taken'}: {what}")
        taken = True
    return taken


def _services(_arguments: Sequence[str]) -> int:
    """Hold RabbitMQ and PostgreSQL and print the lines that let other shells use them."""
    with Run() as run:
        for name, value in services.start(run, For.SYSTEM).items():
            print(f"export {name}={value}", flush=True)
        return run.hold()


VERBS = {
    "demo": Verb(
        "events become records in a simulated ledger, before your eyes",
        _module("tests.system.demo"),
    ),
    "test": Verb("the tests, with services [pytest arguments]", _test),
    "up": Verb("services and all processes, held; addresses printed", _module("tests.system.up")),
    "doctor": Verb("which services would be used, and why", _doctor),
    "lint": Verb("ruff, mypy --strict, and the lock", _lint),
    "bench": Verb("throughput and delays", _module("tests.bench")),
    "chaos": Verb("break things on purpose [NAME]", _module("tests.chaos")),
    "drill": Verb("cause each alert, see it fire, mend it by its runbook [ALERT ...]", _drill),
    "replay": Verb(
        "a stream of events through the whole system STREAM.jsonl ...",
        _module("tests.system.replay"),
    ),
    "simulators": Verb("the ledger simulators alone", _alone("tests.simulators")),
    "services": Verb("RabbitMQ and PostgreSQL alone, held; addresses printed", _services),
}


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] not in VERBS:
        lines = [f"  {name:<11} {verb.help}" for name, verb in VERBS.items()]
        print(USAGE.format(verbs="\n".join(lines)))
        return 0 if arguments[:1] in (["-h"], ["--help"], ["help"]) else 2
    try:
        return VERBS[arguments[0]].act(arguments[1:])
    except Stop as reason:
        say(str(reason))
        return 1
    except KeyboardInterrupt:
        return 130


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """Ours with the addresses of the services that were chosen, and no others."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "RABBITMQ_URL"}
    }
    return {**kept, **variables}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
