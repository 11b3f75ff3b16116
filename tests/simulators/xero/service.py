"""The whole simulated Xero: which address leads where, and what is counted afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tests.simulators.faults import Faults
from tests.simulators.httpd import Request, Response
from tests.simulators.settings import Stats
from tests.simulators.striking import strike_after, strike_before
from tests.simulators.traffic import Recorder
from tests.simulators.xero import planned
from tests.simulators.xero.accounting import Accounting
from tests.simulators.xero.asked import ROOT
from tests.simulators.xero.connections import Person
from tests.simulators.xero.consent import USER, authorize
from tests.simulators.xero.endpoints import ConnectionsEndpoint, revoke, token
from tests.simulators.xero.oauth import OAuth
from tests.simulators.xero.organisation import Organisation
from tests.simulators.xero.scopes import CMMS, SCOPES
from tests.simulators.xero.settings import Settings
from tests.simulators.xero.tokens import App
from tests.simulators.xero.webhooks import Webhooks
from tests.simulators.xero.wire import Json

AUTHORIZE = "/identity/connect/authorize"
TOKEN = "/connect/token"  # an address
REVOKE = "/connect/revocation"
CONNECTIONS = "/connections"


@dataclass
class Xero:
    """One simulated Xero with its two apps, its organisations and its faults."""

    recorder: Recorder
    settings: Settings
    client_id: str
    client_secret: str
    pkce_client_id: str = field(default_factory=lambda: secrets.token_hex(16).upper())
    webhook_key: str = field(default_factory=lambda: "pl4nted" + secrets.token_urlsafe(59))
    stats: Stats = field(default_factory=Stats)
    faults: Faults = field(default_factory=Faults)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    base: str = ""  # known once the port is

    def __post_init__(self) -> None:
        registered = [App(self.client_id, self.client_secret), App(self.pkce_client_id, None)]
        apps = {app.client_id: app for app in registered}
        self.oauth = OAuth(apps, self.organisations, self.settings, self.stats)
        self.webhooks = Webhooks(self.settings, self.stats, self.webhook_key)
        self.accounting = Accounting(
            self.organisations, self.oauth, self.settings, self.stats, self.faults
        )
        self.connections = ConnectionsEndpoint(self.oauth)

    def add(self, organisation: Organisation) -> None:
        """One more organisation; what happens in it is told from now on."""
        organisation.watcher = self.webhooks.note
        self.organisations[organisation.tenant_id] = organisation

    def tokens(self, tenant: str, **wanted: str) -> dict[str, Json]:
        """The tokens of a fresh consent: `scope`, `client_id` and `user` may be named."""
        if unknown := set(wanted) - {"scope", "client_id", "user"}:
            raise ValueError(f"unknown: {sorted(unknown)}")
        person = Person(wanted.get("client_id", self.client_id), wanted.get("user", USER))
        scopes = frozenset(wanted.get("scope", " ".join(CMMS)).split())
        if person.app not in self.oauth.apps or scopes - SCOPES:
            raise ValueError("no such app or scope")
        return self.oauth.grant(self.oauth.agree(person, [tenant], scopes))

    def info(self) -> dict[str, Json]:
        """The start line; its tokens are fresh ones of the first organisation."""
        companies = [
            {"id": o.tenant_id, "name": o.name, "country": o.country, "currency": o.currency}
            for o in self.organisations.values()
        ]
        tokens = self.tokens(companies[0]["id"])
        return {
            "xero": {
                "api": self.base,
                "authorize": self.base + AUTHORIZE,
                "token": self.base + TOKEN,
                "revoke": self.base + REVOKE,
                "connections": self.base + CONNECTIONS,
                "control": self.base + "/control",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "pkce_client_id": self.pkce_client_id,
                "webhook_key": self.webhook_key,
                "companies": companies,
                "access_token": tokens["access_token"],
                "refresh_token": tokens["refresh_token"],
            }
        }

    def answer(self, request: Request) -> Response | None:
        """The answer of this ledger; None for an address that is not its own."""
        path = request.path
        if path.startswith(ROOT):
            return self.accounting.answer(request)
        if path == CONNECTIONS or path.startswith(CONNECTIONS + "/"):
            rest = path.removeprefix(CONNECTIONS).split("/")[1:]
            response = self.connections.answer(request, rest)
            self.accounting.dress(request, response)
            return response
        if path == AUTHORIZE:
            response = authorize(request, self.oauth)
            # What a person's browser posts to the consent page is no part of the protocol.
            response.provider = "oauth" if request.method == "GET" else ""
            return response
        if path == TOKEN:
            response = self._token(request)
        elif path == REVOKE:
            response = revoke(request, self.oauth)
        else:
            return None
        response.provider = "oauth"
        return response

    def after(self, request: Request, response: Response) -> None:
        """Count and record an exchange that is over."""
        vanished = not response.sent and response.cut != "reset"
        self.stats.end(response.kind, vanished=vanished)
        self.recorder.record(request, response)

    def _token(self, request: Request) -> Response:
        fault = self.faults.strike("token", frozenset())
        response = strike_before(fault, planned.OF_TOKENS)
        if response is None:
            response = token(request, self.oauth)
            if fault:
                response = strike_after(fault, response, planned.OF_TOKENS)
        response.injected = fault is not None
        return response
