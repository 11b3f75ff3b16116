"""Connects a tenant as people do: the CLI, the link, the ledger's consent page, the mapping."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

import httpx

from tests.system.ledger import Json, Ledger
from tests.system.processes import System

FIRST_PULLS = ("connection", "accounts", "taxes", "customers", "vendors", "items")
_PULL_SECONDS = 60.0
_REFRESHES = 'http-equiv="refresh"'

PREFERRED = {
    "quickbooks": {
        "income": "4000",
        "expense": "5000",
        "asset": "1300",
        "sales": "4100",
        "purchase": "6410",
        "journal_debit": "6400",
        "journal_credit": "1000",
        "payment": "1200",
        "sales_tax": "State",
    },
    "xero": {
        "income": "200",
        "expense": "433",
        "sales": "260",
        "purchase": "433",
        "journal_debit": "433",
        "journal_credit": "877",
        "payment": "090",
        "sales_tax": "TAX",
    },
}
"""Provider -> key of the mapping -> code or name in the simulated company; State and TAX are tax
codes with the tax rate."""

LEFT_OPEN = {"quickbooks": (), "xero": ("asset",)}
"""Provider -> keys that stay unmapped: with a stock account Xero would track items from bills alone
and refuse to sell what the CMMS had on hand before."""


class NotConnected(Exception):
    """The way to a working connection ended early; the message says where."""


@dataclass(frozen=True)
class Connected:
    """A tenant's connection; `page` is where its person ended up in the browser."""

    id: int
    tenant: str
    ledger: Ledger
    company_id: str
    company: str
    page: str


def connect(
    system: System, tenant: str, company: Mapping[str, Json], ledger: Ledger | None = None
) -> Connected:
    """The whole way from `connections add` to a complete mapping; without `ledger` in the only one.

    Raises NotConnected.
    """
    ledger = ledger or system.ledger
    connection_id = _add(system, tenant, ledger)
    link = _answer(system, "connections", "connect", str(connection_id))["url"]
    with httpx.Client(follow_redirects=True, timeout=60) as browser:
        page = str(consent(browser, link, company["id"]).url)
        shown = _wait_for_first_pulls(system, browser, page, connection_id)
    if company["name"] not in unescape(shown):
        raise NotConnected(f"the page after the consent does not name {company['name']}")
    _map(system, connection_id, ledger.provider)
    return Connected(connection_id, tenant, ledger, company["id"], company["name"], page)


def connect_everywhere(system: System, tenant: str) -> list[Connected]:
    """The tenant with the first company of every ledger. Raises NotConnected."""
    return [connect(system, tenant, one.company, one) for one in system.ledgers.values()]


def _add(system: System, tenant: str, ledger: Ledger) -> int:
    secret = system.directory / f"client_secret.{tenant}"  # several may connect at once
    secret.touch(0o600)
    secret.write_text(ledger.info["client_secret"])
    options = {
        "--tenant": tenant,
        "--provider": ledger.provider,
        "--environment": "sandbox",
        "--client-id": ledger.info["client_id"],
        "--secret-file": str(secret),
    }
    arguments = [part for option in options.items() for part in option]
    try:
        added: int = _answer(system, "connections", "add", *arguments)["id"]
    finally:
        secret.unlink()
    return added


def _answer(system: System, *arguments: str) -> Json:
    return json.loads(system.quickly(*arguments, "--json"))


def consent(browser: httpx.Client, link: str, company_id: str) -> httpx.Response:
    """Follow the link, fill in the form that the ledger shows, and come back.

    Raises NotConnected.
    """
    shown = browser.get(link)
    shown.raise_for_status()
    form = _Form()
    form.feed(shown.text)
    if company_id not in form.choices.get("company", ()):
        raise NotConnected(f"the consent page does not offer company {company_id}")
    answer = form.hidden | {"company": company_id, "decision": "connect"}
    back = browser.post(shown.url, data=answer)
    if back.is_error:
        raise NotConnected(f"the callback answered {back.status_code}: {back.text}")
    return back


class _Form(HTMLParser):
    """Hidden fields and what the radio buttons and buttons offer."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.choices: dict[str, list[str]] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "hidden":
            self.hidden[found["name"]] = found.get("value", "")
        elif tag in ("input", "button") and "name" in found:
            self.choices.setdefault(found["name"], []).append(found.get("value", ""))


def _wait_for_first_pulls(
    system: System, browser: httpx.Client, page: str, connection_id: int
) -> str:
    """The page refreshes itself until they are over, and so do we; what it shows then."""
    end = time.monotonic() + _PULL_SECONDS
    while _REFRESHES in (shown := browser.get(page).raise_for_status().text):
        if time.monotonic() > end:
            raise NotConnected(f"the first pulls are not over after {_PULL_SECONDS:g} s")
        time.sleep(0.1)
    while wrong := _not_done(system, connection_id):  # a list may be read once more already
        if time.monotonic() > end:
            raise NotConnected(f"first pulls: {wrong}")
        time.sleep(0.1)
    return shown


def _not_done(system: System, connection_id: int) -> dict[str, str | None]:
    """The first pulls that are not over, with their states."""
    connections = _answer(system, "status")["connections"]
    runs = next(one["runs"] for one in connections if one["id"] == connection_id)
    states = {run["resource"]: run["state"] for run in runs}
    return {name: states.get(name) for name in FIRST_PULLS if states.get(name) != "done"}


def _map(system: System, connection_id: int, provider: str) -> None:
    """Map every key to the account or code we prefer, else to the first one that is offered.

    Some companies offer nothing for some: in the US no tax code for purchases.
    """
    preferred = PREFERRED[provider]
    offered = _answer(system, "connections", "mapping", str(connection_id))
    pairs = [
        f"{use['key']}={_choice(preferred.get(use['key']), use['choices'])}"
        for use in offered
        if use["choices"] and use["key"] not in LEFT_OPEN[provider]
    ]
    mapped = _answer(system, "connections", "mapping", str(connection_id), *pairs)
    done = {use["key"] for use in mapped if use["ref"] is not None}
    if missing := preferred.keys() - done:
        raise NotConnected(f"not mapped: {sorted(missing)}")


def _choice(wanted: str | None, choices: Sequence[Mapping[str, Json]]) -> str:
    fitting = (one for one in choices if wanted in (one["code"], one["name"]))
    return str(next(fitting, choices[0])["ref"])
