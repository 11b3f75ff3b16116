"""`books sync`: pull something out of the books now, watch it, and see what came."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import click

from worker.cli import output
from worker.cli.connections import failure
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.watching import watched
from worker.errors import Misuse
from worker.providers.port import Resource
from worker.store.connections import Connection
from worker.store.runs import Mode, Run
from worker.sync import connections, first
from worker.sync.connections import Asking
from worker.sync.requests import PULLED
from worker.sync.services import Services
from worker.sync.tokens import company_name

_ALL = "all"
_COUNTS = ("read", "created", "changed", "removed", "unchanged")
_FORESEEN = ("linked", "likely", "ambiguous", "discovered", "to_create")


@dataclass(frozen=True)
class Pull:
    """A resource of one connection, and the run that pulls it."""

    row: Connection
    asking: Asking


@click.command()
@click.argument("resource")
@click.option("--tenant", help="Of this tenant's connections only.")
@click.option("--provider", help="Of this ledger's connections only.")
@click.option("--full", is_flag=True, help="Everything again; what is not seen any more is gone.")
@click.option("--dry-run", is_flag=True, help="Only say what would be done; nothing is written.")
@click.option("--yes", is_flag=True, help="Do not ask before a first or full pull.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds without any progress.")
@json_option
def sync(  # noqa: PLR0917  # click passes options by name
    resource: str,
    tenant: str | None,
    provider: str | None,
    full: bool,  # noqa: FBT001
    dry_run: bool,  # noqa: FBT001
    yes: bool,  # noqa: FBT001
    timeout: float,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Pull RESOURCE now, and wait: accounts, taxes, customers, vendors, items, payments or all."""
    mode = _mode(full=full, dry=dry_run)
    wanted = _wanted(resource)
    with opened() as services:
        rows = [c for c in connections.find(services, tenant, provider) if c.state == "active"]
        if not rows:
            raise Misuse("no_connection", "there is no active connection to pull from")
        wishes = [
            (row, one)
            for row in rows
            for one in wanted
            if resource != _ALL or not first.is_off(row.settings, one)
        ]
        if mode is not Mode.DRY and not yes:
            _ask_first(services, wishes, mode)
        asked = [Pull(row, connections.ask(services, row.id, one, mode)) for row, one in wishes]
        progress = _Progress({pull.asking.run.id: pull for pull in asked}, quiet=as_json)
        progress.begin()
        over = watched(services, list(progress.pulls), timeout, progress.see)
    _conclude(progress.pulls, over, as_json=as_json)


def _mode(*, full: bool, dry: bool) -> Mode:
    if full and dry:
        text = "a dry run reads everything of a list already: leave out --full or --dry-run"
        raise Misuse("two_modes", text)
    return Mode.FULL if full else Mode.DRY if dry else Mode.CHANGES


def _wanted(resource: str) -> Sequence[Resource]:
    known = [one.value for one in PULLED]
    if resource == _ALL:
        return PULLED
    if resource not in known:
        text = f"{resource} cannot be pulled (yet); what can: {', '.join([*known, _ALL])}"
        raise Misuse("sync_not_supported", text)
    return [Resource(resource)]


def _ask_first(
    services: Services, wishes: Sequence[tuple[Connection, Resource]], mode: Mode
) -> None:
    """A first or full pull reads everything, which the ledger counts and others wait for."""
    found = [
        f"{one.value} of connection {row.id} ({row.tenant_id}, {company_name(row)})"
        for row, one in wishes
        if mode is Mode.FULL or connections.is_first(services, row.id, one)
    ]
    if not found:
        return
    why = "everything is read again" if mode is Mode.FULL else "never pulled: everything is read"
    text = f"{why}: {'; '.join(found)}"
    if not sys.stdin.isatty():
        raise Misuse("not_confirmed", f"{text}. Nobody can be asked here: repeat it with --yes")
    output.note(f"{text}.")
    if not click.confirm("Go on?", err=True):
        raise Misuse("not_confirmed", "nothing was asked for")


class _Progress:
    """A line on stderr for whatever moves; none where machines read."""

    def __init__(self, pulls: Mapping[int, Pull], *, quiet: bool) -> None:
        self.pulls = pulls
        self._quiet = quiet

    def begin(self) -> None:
        """Say who else has begun what is waited for."""
        for pull in self.pulls.values():
            run = pull.asking.run
            if pull.asking.joined:
                self._say(run, f"joins run {run.id}, which is {run.state} ({run.asked_by})")

    def see(self, run: Run) -> None:
        counted = ", ".join(f"{number} {name}" for name, number in run.counts.items() if number)
        self._say(run, ": ".join(filter(None, [run.state, counted])))

    def _say(self, run: Run, text: str) -> None:
        if not self._quiet:
            output.note(f"connection {run.connection_id} {run.resource}: {text}")


def _conclude(pulls: Mapping[int, Pull], over: Sequence[Run], *, as_json: bool) -> None:
    """What came of each; raises Misuse where one has failed."""
    if as_json:
        output.print_json([_data(pulls[run.id], run) for run in over])
    else:
        _print(pulls, over)
    failed = [f"connection {run.connection_id}: {failure(run)}" for run in over if run.error]
    if failed:
        raise Misuse("sync_failed", "; ".join(failed))


def _print(pulls: Mapping[int, Pull], over: Sequence[Run]) -> None:
    dry = any(run.mode == Mode.DRY for run in over)
    names = [*_COUNTS, *(_FORESEEN if dry else ())]
    heads = ("connection", "tenant", "company", "resource", "run")
    rows = [
        (*_head(pulls[run.id].row), run.resource, run.state, *(run.counts.get(n) for n in names))
        for run in over
    ]
    output.print_table((*heads, *(name.replace("_", " ") for name in names)), rows)
    for run in over:
        _print_lines(run)


def _print_lines(run: Run) -> None:
    """What a dry run has to say, a line for each record."""
    lines = (run.report or {}).get("lines", ())
    if lines:
        output.say(f"\nconnection {run.connection_id} {run.resource} would:")
        names = ("kind", "id", "ref", "name", "would", "why")
        output.print_table(names, [[line.get(name) for name in names] for line in lines])


def _head(row: Connection) -> tuple[object, ...]:
    return row.id, row.tenant_id, company_name(row)


def _data(pull: Pull, run: Run) -> dict[str, object]:
    row = pull.row
    return {
        "connection": row.id,
        "tenant": row.tenant_id,
        "provider": row.provider,
        "run": run.id,
        "joined": pull.asking.joined,
        "resource": run.resource,
        "mode": run.mode,
        "state": run.state,
        "counts": dict(run.counts),
        "lines": (run.report or {}).get("lines", []),
        "error": run.error,
    }


COMMANDS = (sync,)
