"""What people do in Xero's own screens, beside the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from tests.simulators.xero import accounts, contacts, invoices, items, journals, payments
from tests.simulators.xero.currencies import switch_on
from tests.simulators.xero.entries import Entry
from tests.simulators.xero.errors import Invalid, Refused
from tests.simulators.xero.fields import read
from tests.simulators.xero.organisation import ID_FIELDS, Body, Organisation

Save = Callable[[Organisation, Entry], Body]
SAVES: dict[str, Save] = {
    "Contact": contacts.save,
    "Item": items.save,
    "Invoice": invoices.save,
    "Payment": payments.save,
    "ManualJournal": journals.save,
}
STATES = {  # operation: what it sets
    "void": {"Status": "VOIDED"},
    "delete": {"Status": "DELETED"},
    "archive": {"ContactStatus": "ARCHIVED"},
    "restore": {"ContactStatus": "ACTIVE"},
}
LOCKS = ("PeriodLockDate", "EndOfYearLockDate")


def by_person(organisation: Organisation, entity: str, operation: str, body: Body) -> Body:
    """A record is entered, changed, voided, deleted, archived or restored; the record as it is now.

    Raises ValueError with Xero's words, LookupError for what does not exist.
    """
    try:
        return _done(organisation, entity, operation, body)
    except (Invalid, Refused) as error:
        raise ValueError("; ".join(map(str, error.args))) from None


def pay(organisation: Organisation, invoice_id: str, body: Body | None = None) -> Body:
    """A person enters a payment, of all that is due and into the first bank account by default."""
    invoice = organisation.records["Invoice"][invoice_id]
    bank = next(a for a in organisation.records["Account"].values() if a["Type"] == "BANK")
    made = {
        "Invoice": {"InvoiceID": invoice_id},
        "Account": {"AccountID": bank["AccountID"]},
        "Amount": invoice["AmountDue"],
    }
    return by_person(organisation, "Payment", "create", made | (body or {}))


def merge(organisation: Organisation, gone_id: str, kept_id: str) -> Body:
    """The first contact's documents become the second's, which is returned.

    The first one stays, archived, and points there. Raises KeyError, ValueError.
    """
    gone, kept = (organisation.records["Contact"][number] for number in (gone_id, kept_id))
    if gone is kept or kept["ContactStatus"] != "ACTIVE":
        raise ValueError("a contact is merged into another one that is active")
    for invoice in list(organisation.documents_of(gone_id)):
        moved = invoice | {"Contact": {"ContactID": kept_id}}
        organisation.replace("Invoice", invoice, moved, unseen=True)
    end = {"ContactStatus": "ARCHIVED", "MergedToContactID": kept_id}
    organisation.replace("Contact", gone, gone | end)
    roles = {name: gone[name] or kept[name] for name in ("IsCustomer", "IsSupplier")}
    return organisation.replace("Contact", kept, kept | roles, unseen=True)


def reconcile(organisation: Organisation, payment_id: str, *, reconciled: bool = True) -> Body:
    """A payment is matched with the bank statement, or taken out of it again."""
    payment = organisation.records["Payment"][payment_id]
    return organisation.replace("Payment", payment, payment | {"IsReconciled": reconciled})


def batch(organisation: Organisation, payment_ids: list[str]) -> list[Body]:
    """Payments become one batch payment; none of them can be deleted alone from then on."""
    number = str(uuid.uuid4())
    payments_of_it = [organisation.records["Payment"][payment] for payment in payment_ids]
    return [
        organisation.replace("Payment", payment, payment | {"BatchPaymentID": number})
        for payment in payments_of_it
    ]


def set_locks(organisation: Organisation, dates: dict[str, str | None]) -> Body:
    """Lock dates by their names; null takes one away. Raises ValueError."""
    for name, value in dates.items():
        if name not in LOCKS:
            raise ValueError(f"no lock date {name}")
        organisation.settings.pop(name, None)
        if value:
            organisation.settings[name] = date.fromisoformat(value)
    return organisation.settings


def subscribe(organisation: Organisation, code: str) -> Body:
    """A currency is switched on. Raises ValueError."""
    try:
        return switch_on(organisation, code)
    except Invalid as error:
        raise ValueError(str(error)) from None


def set_tax(organisation: Organisation, tax_type: str, body: Body) -> Body:
    """A tax rate is renamed, archived or gets another percentage. Raises KeyError, ValueError."""
    rate = organisation.records["TaxRate"][tax_type]
    if unknown := set(body) - {"Name", "Status", "EffectiveRate"}:
        raise ValueError(f"unknown: {sorted(unknown)}")
    change = dict(body)
    if "EffectiveRate" in change:
        percent = Decimal(str(change["EffectiveRate"]))
        component = rate["TaxComponents"][0] | {"Rate": percent}
        change |= {"EffectiveRate": percent, "DisplayTaxRate": percent}
        change["TaxComponents"] = [component]
    return organisation.replace("TaxRate", rate, rate | change)


def _done(organisation: Organisation, entity: str, operation: str, body: Body) -> Body:
    number = body.get(ID_FIELDS[entity])
    old = organisation.records[entity][number] if number else None
    if entity == "Account":
        return _account(organisation, operation, body, old)
    if entity == "TaxRate":
        return set_tax(organisation, str(number), {n: v for n, v in body.items() if n != "TaxType"})
    if entity == "Item" and operation == "delete" and old:
        items.delete(organisation, old)
        return old
    wanted = STATES.get(operation, body)
    if operation != "create" and old is None:
        raise LookupError(f"{operation} needs the {ID_FIELDS[entity]}")
    change, too_long = read(entity, wanted)
    if too_long:
        raise Invalid(*too_long)
    creates = operation == "create"
    entry = Entry(entity, change, number, creates=creates, restores=True)
    return SAVES[entity](organisation, entry)


def _account(organisation: Organisation, operation: str, body: Body, old: Body | None) -> Body:
    if operation == "archive" and old:
        body = {"Status": "ARCHIVED"}
    elif operation == "restore" and old:
        body = {"Status": "ACTIVE"}
    change, too_long = read("Account", body)
    if too_long:
        raise Invalid(*too_long)
    return accounts.save(organisation, change, old)
