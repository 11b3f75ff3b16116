"""The whole simulated QuickBooks: which address leads where, and what is counted afterwards."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tests.simulators.faults import Faults
from tests.simulators.httpd import Request, Response
from tests.simulators.quickbooks import planned
from tests.simulators.quickbooks.api import Api
from tests.simulators.quickbooks.calls import ROOT
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.consent import authorize
from tests.simulators.quickbooks.oauth import OAuth
from tests.simulators.quickbooks.webhooks import Webhooks
from tests.simulators.quickbooks.wire import Json
from tests.simulators.settings import Settings, Stats
from tests.simulators.striking import strike_after, strike_before
from tests.simulators.traffic import Recorder

AUTHORIZE = "/connect/oauth2"
TOKEN = "/oauth2/v1/tokens/bearer"  # an address
REVOKE = "/v2/oauth2/tokens/revoke"


@dataclass
class QuickBooks:
    """One simulated QuickBooks with its app, its companies and its faults."""

    recorder: Recorder
    settings: Settings
    client_id: str
    client_secret: str
    stats: Stats = field(default_factory=Stats)
    faults: Faults = field(default_factory=Faults)
    companies: dict[str, Company] = field(default_factory=dict)
    verifier_token: str = field(default_factory=lambda: "pl4nted" + secrets.token_hex(12))
    base: str = ""  # known once the port is

    def __post_init__(self) -> None:
        self.oauth = OAuth(self.client_id, self.client_secret, self.settings, self.stats)
        self.webhooks = Webhooks(self.settings, self.stats, self.verifier_token)
        self.api = Api(self.companies, self.oauth, self.settings, self.stats, self.faults)

    def add(self, company: Company) -> None:
        """One more company; what happens in it is told from now on."""
        company.watcher = self.webhooks.note
        self.companies[company.id] = company

    def info(self) -> dict[str, Json]:
        """The start line; its tokens are fresh ones of the first company."""
        companies = [
            {"id": c.id, "name": c.name, "country": c.country, "currency": c.currency}
            for c in self.companies.values()
        ]
        tokens = self.oauth.consent(companies[0]["id"])
        return {
            "quickbooks": {
                "api": self.base,
                "authorize": self.base + AUTHORIZE,
                "token": self.base + TOKEN,
                "revoke": self.base + REVOKE,
                "control": self.base + "/control",
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "verifier_token": self.verifier_token,
                "companies": companies,
                "access_token": tokens["access_token"],
                "refresh_token": tokens["refresh_token"],
            }
        }

    def answer(self, request: Request) -> Response | None:
        """The answer of this ledger; None for an address that is not its own."""
        path = request.path
        if path.startswith(ROOT):
            return self.api.answer(request)
        if path == AUTHORIZE:
            response = authorize(request, self.oauth, list(self.companies.values()))
            # What a person's browser posts to the consent page is no part of the protocol.
            response.provider = "oauth" if request.method == "GET" else ""
            return response
        if path == TOKEN:
            response = self._token(request)
        elif path == REVOKE:
            response = self.oauth.revoke(request)
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
            response = self.oauth.token(request)
            if fault:
                response = strike_after(fault, response, planned.OF_TOKENS)
        response.injected = fault is not None
        return response
