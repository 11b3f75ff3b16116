"""The ledgers under the contract: how each opens books, and what it calls things."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.quickbooks_company import QuickBooksCompany
from tests.contract.simulated import Company
from tests.contract.xero_company import XeroCompany
from worker.providers.accounts import Uses
from worker.providers.port import Books, Limits, Traits
from worker.providers.quickbooks import traits as quickbooks
from worker.providers.quickbooks import uses as quickbooks_uses
from worker.providers.quickbooks.books import QuickBooks
from worker.providers.xero import traits as xero
from worker.providers.xero import uses as xero_uses
from worker.providers.xero.books import Xero


@dataclass(frozen=True)
class Provider:
    """One ledger. `mapping`: key -> number of an account; `others`: numbers of further ones, that
    documents may name instead."""

    name: str
    limits: Limits
    traits: Traits
    uses: Uses
    mapping: Mapping[str, str]
    others: Mapping[str, str]
    company: Callable[..., Company]
    open: Callable[[Any, Limits], Books]
    own_ids: bool = False  # accounts have other ids in each company

    def new_company(
        self, http: httpx.Client, simulators: Mapping[str, Any], **options: object
    ) -> Company:
        """A company of its own for a test, so that tests share neither names nor call limits."""
        info = simulators[self.name]
        control = info["control"]
        http.request("DELETE", f"{control}/faults")
        made = http.post(f"{control}/companies", json=options).json()
        tokens = http.post(f"{control}/companies/{made['id']}/tokens").json()
        return self.company(http, info["api"], control, made["id"], tokens["access_token"])


def _quickbooks(company: QuickBooksCompany, limits: Limits) -> Books:
    return QuickBooks(
        company.http, company.api, company.id, company.access_token, "sandbox", limits
    )


def _xero(company: XeroCompany, limits: Limits) -> Books:
    return Xero(company.http, company.api, company.id, company.access_token, limits)


QUICKBOOKS = Provider(
    name="quickbooks",
    limits=Limits(
        batch=30,
        concurrency=10,
        per_second=10,
        per_minute=500,
        batches_per_minute=40,
        replay_window=3600,
        key_lifetime=86400,
        timeout=5,
    ),
    traits=quickbooks.TRAITS,
    uses=quickbooks_uses.AccountUses(),
    mapping={
        "income": "4000",
        "expense": "5000",
        "asset": "1300",
        "sales": "4100",
        "purchase": "6410",
        "payment": "1200",
        "journal_debit": "6990",
        "journal_credit": "2000",
        "sales_tax": "State",
    },
    others={"payment": "1010", "journal_debit": "6120", "journal_credit": "1000"},
    company=QuickBooksCompany,
    open=_quickbooks,
)
XERO = Provider(
    name="xero",
    limits=Limits(
        batch=50,
        concurrency=5,
        per_second=10,
        per_minute=60,
        batches_per_minute=60,
        replay_window=300,
        key_lifetime=1200,
        timeout=5,
        per_day=1000,
        mixed=False,
    ),
    traits=xero.TRAITS,
    uses=xero_uses.AccountUses(),
    # No asset: what Xero tracks it does not sell below the stock that bills brought.
    mapping={
        "income": "200",
        "expense": "310",
        "sales": "260",
        "purchase": "429",
        "payment": "090",
        "journal_debit": "473",
        "journal_credit": "877",
    },
    others={"payment": "091", "journal_debit": "493", "journal_credit": "900"},
    company=XeroCompany,
    open=_xero,
    own_ids=True,
)
PROVIDERS = {one.name: one for one in (QUICKBOOKS, XERO)}
