"""A realistic organisation to start with: accounts, taxes, currencies, people and products."""

from __future__ import annotations

import secrets
import uuid
from datetime import date
from decimal import Decimal

from tests.simulators.xero import contacts, items
from tests.simulators.xero.chart import add_accounts
from tests.simulators.xero.currencies import NAMES, switch_on
from tests.simulators.xero.entries import Entry
from tests.simulators.xero.filled import backdate, fill
from tests.simulators.xero.organisation import Body, Organisation
from tests.simulators.xero.taxes import add_taxes
from tests.simulators.xero.wire import Json

COMPANIES = ("Craft & Field Services", "Harborview Maintenance", "Prairie Facility Care")
CONTACTS: tuple[Body, ...] = (
    {"Name": "Amy's Bird Sanctuary", "EmailAddress": "birds@sanctuary.example"},
    {"Name": "Cool Cars", "EmailAddress": "service@coolcars.example"},
    {"Name": "Weiskopf Consulting", "EmailAddress": "office@weiskopf.example"},
    {"Name": "Books by Bessie", "AccountNumber": "1345"},
    {"Name": "Robertson & Associates", "AccountNumber": "000005641"},
)


def new_organisation(
    *,
    tenant_id: str | None = None,
    name: str | None = None,
    country: str = "US",
    currency: str = "USD",
    multicurrency: bool = False,
    tax_rate: str | Decimal | int = "8",
    closed_until: str | None = None,
    demo: bool = True,
    filled: bool = False,
    taxes: list[Json] | None = None,
) -> Organisation:
    """An organisation with its whole seed; `filled`: and a year of work in it, two months ago.

    `taxes` [{"name", "rate"}] are added to those of the country.
    """
    number = tenant_id or str(uuid.uuid4())
    organisation = Organisation(number, name or secrets.choice(COMPANIES), country, currency, demo)
    for code in NAMES if multicurrency else (currency,):
        switch_on(organisation, code)
    sales, purchases = add_taxes(organisation, Decimal(tax_rate), taxes or [])
    add_accounts(organisation, sales, purchases)
    for body in CONTACTS:
        contacts.save(organisation, Entry("Contact", body))
    for code, text, price in (("HOURS", "Hours", "60"), ("DESIGN", "Design", "75")):
        details = {"UnitPrice": Decimal(price), "AccountCode": "200"}
        body = {"Code": code, "Name": text, "SalesDetails": details}
        items.save(organisation, Entry("Item", body))
    if filled:
        fill(organisation)
        backdate(organisation)
    if closed_until:
        organisation.settings["PeriodLockDate"] = date.fromisoformat(closed_until)
    return organisation
