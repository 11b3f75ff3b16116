"""The third ledger as bootstrap would register it, and what it brings beside its books."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from urllib.parse import urlencode

from tests.integration.third.book import Shelf
from tests.integration.third.books import LIMITS, TRAITS, Third
from worker.providers.accounts import Uses
from worker.providers.authorizer import Application, Begun, Ending, NamedInRedirect, Tokens
from worker.providers.lookup import Account, Chart, Tax
from worker.providers.webhooks import Notice
from worker.store.connections import Connection
from worker.sync.services import Ledger


class _Uses:
    """Money arrives in assets, sales in revenue; all else goes to expenses."""

    def fits(self, key: str, account: Account) -> bool:
        return account.classification == self.wanted(key)

    def wanted(self, key: str) -> str:
        wanted = {"payment": "asset", "asset": "asset", "sales": "revenue", "income": "revenue"}
        return wanted.get(key, "expense")

    def is_open(self, chart: Chart, tax: Tax) -> bool:
        return False


class _Silence:
    """No webhooks."""

    def signed_with(
        self,
        body: bytes,
        headers: Mapping[str, str],
        secrets: Iterable[str],
    ) -> frozenset[str]:
        return frozenset()

    def read(self, body: bytes) -> list[Notice]:
        return []


class _Door:
    """The Authorizer: a code or refresh token is a company's, and good for one exchange."""

    login_url = "https://third.invalid/consent"
    scope = "books"

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def begin(self, application: Application, state: str, redirect_url: str) -> Begun:
        query = {"app": application.client_id, "state": state, "back": redirect_url}
        return Begun(f"{self.login_url}?{urlencode(query)}")

    def exchange(
        self, application: Application, code: str, redirect_url: str, kept: str | None
    ) -> Tokens:
        return self.refresh(application, code)

    def refresh(self, application: Application, refresh_token: str) -> Tokens:
        company = self._shelf.company(refresh_token)
        admit = self._shelf.admit
        return Tokens(admit(company), admit(company), timedelta(hours=1))

    def revoke(self, application: Application, ending: Ending) -> None:
        self._shelf.company(ending.refresh_token())


def third(shelf: Shelf) -> Ledger:
    """The third ledger as bootstrap would register it."""

    def opened(connection: Connection, token: str) -> Third:
        company = connection.company_id or ""
        return Third(shelf.open(company, token), company)

    uses: Uses = _Uses()
    return Ledger(
        name="third",
        authorizer=_Door(shelf),
        consented=NamedInRedirect("company"),
        limits=LIMITS,
        traits=TRAITS,
        uses=uses,
        webhooks=_Silence(),
        company_id=re.compile("c[0-9]+"),
        public_apps=False,
        open=opened,
        close=lambda: None,
    )
