"""Checks of the work itself: connections at rest, what is late, and where browsers find us."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from worker.failures import describe
from worker.store import health
from worker.store.health import Patient
from worker.sync.finding import Check, Finding, State
from worker.sync.services import Services

_DAYS = 14  # before a consent lapses
_MOST = 50  # connections that are named
_LATE = 300.0  # seconds: the clock hints what is due every second, and derives it every minute
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


def connections(services: Services) -> Sequence[Finding]:
    with services.database.begin() as session:
        patients = health.patients(session, _DAYS, _MOST)
    found = [finding for one in patients for finding in _of(one)]
    return found or [Finding("connections", State.FINE, "none is paused, held or about to lapse")]


def _of(one: Patient) -> list[Finding]:
    name = f"{one.company or one.provider} of {one.tenant_id} (connection {one.id})"
    found = []
    if one.state == "paused":
        said = describe(one.paused_code or "", {"company": one.company or "the company"})
        todo = said.steps[0] if said.steps else "connect the company anew"
        says = f"{name} is paused: {said.explanation}"
        return [Finding("connections", State.WARNING, says, todo)]
    if one.held_until is not None:
        says = f"{name} rests until {one.held_until:%Y-%m-%d %H:%M:%S} UTC: {one.held_for}"
        todo = "nothing: it goes on by itself; `books status` says what waits"
        found.append(Finding("connections", State.WARNING, says, todo))
    if one.lapses_at is not None:
        says = f"the consent of {name} lapses on {one.lapses_at:%Y-%m-%d}"
        todo = f"let the tenant's administrator consent again: `books connections connect {one.id}`"
        found.append(Finding("connections", State.WARNING, says, todo))
    return found


def lateness(services: Services) -> Sequence[Finding]:
    """Whether what is due is driven."""
    with services.database.begin() as session:
        seconds = health.latest_due(session)
    if seconds <= _LATE:
        return [Finding("driving", State.FINE, "whatever is due is being driven")]
    says = f"a connection has been due for {seconds:.0f} s, and nobody drives it"
    todo = "start more of `books worker` (queue drive), and look at their log"
    return [Finding("driving", State.BROKEN, says, todo)]


def letters(services: Services) -> Sequence[Finding]:
    with services.database.begin() as session:
        waiting = health.open_letters(session)
    if not waiting:
        return [Finding("dead letters", State.FINE, "no dead letter waits for a decision")]
    says, todo = f"{waiting} dead letters wait for a decision", "see `books dead-letters list`"
    return [Finding("dead letters", State.WARNING, says, todo)]


def public_url(services: Services) -> Sequence[Finding]:
    """Ledgers send browsers and webhooks to https only, but for a developer's own machine."""
    url = urlsplit(services.settings.public_url)
    says = f"browsers reach us at {services.settings.public_url}"
    with services.database.begin() as session:
        production = "production" in health.environments(session)
    local = url.hostname in _LOCAL
    if (local and production) or (url.scheme != "https" and not local):
        todo = "set BOOKS_PUBLIC_URL to the https address that the ledger's application knows"
        return [Finding("public url", State.WARNING, says, todo)]
    return [Finding("public url", State.FINE, says)]


CHECKS = (
    Check("connections", connections),
    Check("driving", lateness),
    Check("dead letters", letters),
    Check("public url", public_url),
)
