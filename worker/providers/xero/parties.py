"""Customers and vendors as Xero takes them (Xero: contacts): each field under a name of its own.

A contact has no notes, and no place for a company beside its name, for a website or for whether
tax is due: these stay in the CMMS.
"""

from schemas.kinds import Kind
from schemas.party import Address, Party
from worker.providers.lookup import Lookup
from worker.providers.port import Operation, Work
from worker.providers.texts import cut
from worker.providers.wire import Body
from worker.providers.xero import checks, names

_PERSON = 255
_PHONE = 50
_NUMBER = 50
_LINE = 500
_CITY = 255
_POSTAL_CODE = 50


class _Sheet:
    """A contact in the making. What an update leaves out stays as it is, so it sends what the CMMS
    left empty as empty."""

    def __init__(self, operation: Operation) -> None:
        self.body: Body = {}
        self._updating = operation is Operation.UPDATE

    def text(self, field: str, value: str | None, limit: int) -> None:
        held = cut(value or "", limit)
        if held or self._updating:
            self.body[field] = held

    def phone(self, slot: str, number: str | None) -> None:
        """The number in one piece: the CMMS does not say where its parts end."""
        held = cut(number or "", _PHONE)
        if held or self._updating:
            others = {"PhoneAreaCode": "", "PhoneCountryCode": ""} if self._updating else {}
            self.body[f"Phones.{slot}"] = {"PhoneNumber": held, **others}

    def address(self, slot: str, address: Address | None) -> None:
        """The whole address: a slot is taken as a unit."""
        given = address or Address()
        parts = {
            "AddressLine1": cut(given.line1 or "", _LINE),
            "AddressLine2": cut(given.line2 or "", _LINE),
            "AddressLine3": cut(given.line3 or "", _LINE),
            "City": cut(given.city or "", _CITY),
            "Region": cut(given.region or "", _CITY),
            "PostalCode": cut(given.postal_code or "", _POSTAL_CODE),
            "Country": given.country or "",
        }
        held = {name: part for name, part in parts.items() if part}
        if self._updating:
            # What stood on a fourth line was told on the third, and comes back there.
            self.body[f"Addresses.{slot}"] = parts | {"AddressLine4": ""}
        elif held:
            self.body[f"Addresses.{slot}"] = held


def party(work: Work, document: Party, lookup: Lookup) -> Body:
    """The fields of a create, or of an update without its id, as `fields.unfolded` names them."""
    sheet = _Sheet(work.operation)
    sheet.body["Name"] = names.unique_name(document.name, work.alias)
    sheet.text("FirstName", names.clean(document.given_name or ""), _PERSON)
    sheet.text("LastName", names.clean(document.family_name or ""), _PERSON)
    address = document.email and checks.email(document.email, document.name)
    sheet.text("EmailAddress", address, checks.EMAIL_LENGTH)
    sheet.phone("DEFAULT", document.phone)
    sheet.phone("MOBILE", document.mobile)
    sheet.address("POBOX", document.billing_address)
    if work.kind is Kind.CUSTOMER:
        sheet.address("STREET", document.shipping_address)
    sheet.text("AccountNumber", document.account_number, _NUMBER)
    sheet.text("TaxNumber", document.tax_number, _NUMBER)
    _state(sheet.body, work, document, lookup)
    return sheet.body


def _state(body: Body, work: Work, document: Party, lookup: Lookup) -> None:
    if currency := checks.currency(document.currency, document.name, lookup):
        body["DefaultCurrency"] = currency
    if work.operation is Operation.UPDATE:
        # Inactive as one of the two that the contact is, it goes on as the other one.
        if document.active or not work.shared:
            body["ContactStatus"] = "ACTIVE" if document.active else "ARCHIVED"
    else:
        body["ContactNumber"] = names.contact_number(work.kind, work.record_id)
