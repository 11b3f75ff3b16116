"""Conditions of connections: consent, tokens, and the limits of a ledger."""

import re
from collections.abc import Iterator

import httpx

from tests.drill.exercise import Held
from tests.drill.stage import CROWD, Stage
from tests.system import connecting

RATIONED = "rationed"
_DAY_SECONDS = 30
_PAUSE_SECONDS = 75


def consent_withdrawn(stage: Stage) -> Iterator[Held]:
    """Administrators disconnect the app in QuickBooks, and consent again by the link."""
    for name in CROWD:
        stage.control(name, "POST", "withdraw")
        stage.sell(name, "withdrawn", 2)
    yield Held("invoices not in the books", lambda: sum(map(stage.unsynced, CROWD)))
    for name in CROWD:
        said = stage.runbook("BooksConnectionPaused", acme=name)
        _consent(stage, name, "\n".join(said))
    stage.runbook("BooksManyConnectionsPaused")


def _consent(stage: Stage, name: str, said: str) -> None:
    """The administrator opens the link that the command has printed."""
    link = re.search(r"https?://\S+", said)
    assert link, said
    with httpx.Client(follow_redirects=True, timeout=60) as browser:
        connecting.consent(browser, link[0], stage.tenants[name].company_id)


def tokens_refused(stage: Stage) -> Iterator[Held]:
    """Intuit's authorization server answers every refresh with an error of its own."""
    names = CROWD[:3]
    stage.fault(names[0], "server_error", where="token", times=None)
    for name in names:
        stage.control(name, "POST", "expire-tokens")
        stage.sell(name, "tokenless", 2)
    yield Held("invoices not in the books", lambda: sum(map(stage.unsynced, names)))
    stage.forget_faults(names[0])
    for name in names:
        stage.runbook("BooksTokenRefreshesFail", acme=name)


def day_nearly_used(stage: Stage) -> Iterator[None]:
    """Xero says that few calls of the day are left, then a new day begins."""
    _limit(stage)
    stage.control(RATIONED, "PUT", "day", {"left": 60, "resets_in": 3600})
    stage.sell(RATIONED, "nearly", 2)
    yield None
    stage.control(RATIONED, "PUT", "day", {"left": 1000, "resets_in": 86_400})
    stage.runbook("BooksDayLimitNear", acme=RATIONED)


def day_used(stage: Stage) -> Iterator[Held]:
    """Xero says that no call of the day is left; the next day begins half a minute later."""
    _limit(stage)
    stage.control(RATIONED, "PUT", "day", {"left": 0, "resets_in": _DAY_SECONDS})
    stage.sell(RATIONED, "used", 5)
    yield Held("invoices not in the books", lambda: stage.unsynced(RATIONED))
    stage.runbook("BooksDayLimitUsed", acme=RATIONED)


def _limit(stage: Stage) -> None:
    """Xero's limits as they are, but for those of the minute."""
    limits = {"per_minute": 100_000, "in_flight": 50, "app_per_minute": 100_000}
    stage.tenants[RATIONED].ledger.control("PUT", "settings", {"limits": limits})


def held_for_long(stage: Stage) -> Iterator[Held]:
    """QuickBooks answers one call with 429 and asks for more than a minute's pause."""
    name = CROWD[0]
    stage.fault(name, "throttle", where="write", times=1, seconds=_PAUSE_SECONDS)
    stage.sell(name, "held", 3)
    yield Held("invoices not in the books", lambda: stage.unsynced(name))
    stage.runbook("BooksConnectionHeldLong", acme=name)


def pulls_fail(stage: Stage) -> Iterator[None]:
    """QuickBooks refuses to list accounts."""
    names = CROWD[:4]
    stage.fault(names[0], "refusal", code="4001", where="read", entity="Account", times=None)
    stage.request_pulls("accounts", names)
    yield None
    stage.forget_faults(names[0])
    for name in names:
        stage.runbook("BooksPullsFail", acme=name)


def webhooks_forged(stage: Stage) -> Iterator[None]:
    """Somebody posts webhooks whose signature fits no connection."""
    url = f"{stage.system.web_url}/webhooks/quickbooks"
    for number in range(30):
        forged = {"intuit-signature": f"forged {number}"}
        httpx.post(url, content=b"[]", headers=forged, timeout=10)
    yield None
    stage.runbook("BooksWebhooksUnsigned", acme=CROWD[0])
