"""How a connection is described: settings, mapping, schedule and calls; no secret is part of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from worker.cli import output
from worker.store import runs, usage
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.sync import configure, consent, mapping, reads, webhooks
from worker.sync.configure import Standing
from worker.sync.connections import EXPECTED
from worker.sync.login import Login
from worker.sync.mapping import Mapped
from worker.sync.reads import Reading
from worker.sync.services import Services
from worker.sync.tokens import company_name

Json = dict[str, object]


def identity(services: Services, row: Connection) -> Json:
    """Who is connected to what, and how far that has got."""
    authorizer, login = services.ledgers[row.provider].authorizer, Login.of(row.settings)
    return {
        "id": row.id,
        "tenant": row.tenant_id,
        "provider": row.provider,
        "environment": row.environment,
        "state": row.state,
        "reason": row.paused_code,
        "company": company_name(row) if row.company_id else None,
        "company_id": row.company_id or row.settings.get(EXPECTED),
        "client_id": row.client_id,
        "login_url": login.url or authorizer.login_url,
        "scope": login.scope or authorizer.scope,
        "application_url": services.settings.public_url.rstrip("/"),
        "redirect_url": consent.redirect_url(services.settings, row.provider),
        "webhook_url": webhooks.url(services.settings, row.provider),
        "webhook_token": "entered" if row.webhook_secret else None,
        "consent_until": row.refresh_expires_at,
    }


@dataclass(frozen=True)
class Picture:
    """All that is to be said of a connection; calls by month, the newest first."""

    identity: Json
    options: Sequence[Standing]
    mapped: Sequence[Mapped]
    schedule: Sequence[Reading]
    calls: Mapping[date, Mapping[str, int]]
    pulls: Sequence[Run]

    @property
    def not_mapped(self) -> list[str]:
        """Keys without an account or code, or with one that cannot be used any more."""
        return [one.use.key for one in self.mapped if one.chosen is None]


def picture(services: Services, row: Connection) -> Picture:
    options = configure.show(services, row.id)
    mapped = mapping.show(services, row.id)
    with services.database.begin() as session:
        return Picture(
            identity(services, row),
            options,
            mapped,
            reads.schedule(services, session, row),
            usage.months(session, row.id),
            runs.latest(session, row.id),
        )


def data(known: Picture) -> Json:
    """A picture for machines."""
    return known.identity | {
        "settings": {one.option.key: one.value for one in known.options},
        "mapping": {one.use.key: one.ref for one in known.mapped},
        "not_mapped": known.not_mapped,
        "schedule": [_feed(one) for one in known.schedule],
        "reads_a_day": reads.a_day(known.schedule),
        "calls": {f"{month:%Y-%m}": dict(counts) for month, counts in known.calls.items()},
        "pulls": [pull_data(run) for run in known.pulls],
    }


def show(known: Picture) -> None:
    """A picture for people."""
    used = len(known.mapped) - len(known.not_mapped)
    said = {
        "mapped": f"{used} of {len(known.mapped)} keys",
        "not mapped": known.not_mapped,
        "calls": [f"{month:%Y-%m}: {numbers(counts)}" for month, counts in known.calls.items()],
        "pulls": [f"{run.resource} {run.state}" for run in known.pulls],
        "reads a day": f"{reads.a_day(known.schedule):g}",
    }
    output.print_fields(known.identity | said)
    output.say()
    print_schedule(known.schedule)
    output.say()
    rows = [(one.option.key, one.value) for one in known.options]
    output.print_table(("setting", "value"), rows)


def print_schedule(schedule: Sequence[Reading]) -> None:
    rows = [
        (one.feed, one.interval or "off", one.calls, f"{one.a_day:g}", one.next_due)
        for one in schedule
    ]
    output.print_table(("feed", "seconds", "reads each", "reads a day", "next"), rows)


def pull_data(run: Run) -> Json:
    """A run as JSON has it."""
    return {
        "resource": run.resource,
        "mode": run.mode,
        "state": run.state,
        "at": run.finished_at or run.created_at,
        "counts": dict(run.counts),
        "error": run.error,
    }


def numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items()))


def _feed(one: Reading) -> Json:
    return {
        "feed": one.feed,
        "interval": one.interval,
        "reads_each": one.calls,
        "reads_a_day": one.a_day,
        "next": one.next_due,
        "last": one.completed_at,
    }
