"""Contacts: customers and vendors, which are one and the same list."""

from __future__ import annotations

import re

from tests.simulators.xero.entries import Entry, without_id
from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.organisation import Body, Organisation, fold

_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_COUNTRY = re.compile(r"[^\W\d_]+(?:[ .,'()&-]+[^\W\d_]+)*[.)]?")
ARCHIVED = (
    "The contact with the specified contact details matched an archived contact. "
    "Archived contacts cannot be edited or used via the API."
)
ADDRESSES, PHONES = ("POBOX", "STREET"), ("DDI", "DEFAULT", "FAX", "MOBILE")
EMPTY_ADDRESS = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
EMPTY_PHONE = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
NEW = {
    "ContactStatus": "ACTIVE",
    "EmailAddress": "",
    "BankAccountDetails": "",
    "IsSupplier": False,
    "IsCustomer": False,
    "ContactPersons": [],
    "Addresses": [{"AddressType": kind} | EMPTY_ADDRESS for kind in ADDRESSES],
    "Phones": [{"PhoneType": kind} | EMPTY_PHONE for kind in PHONES],
}


def save(organisation: Organisation, entry: Entry) -> Body:
    """A contact is entered or changed. Raises Invalid."""
    change = without_id("Contact", entry.body)
    old = _existing(organisation, entry)
    if old and old["ContactStatus"] != "ACTIVE" and not entry.restores:
        raise Invalid(ARCHIVED)
    _check(organisation, change, old)
    new = _merged(old or NEW, change)
    if old is None:
        return organisation.insert("Contact", new)
    return organisation.replace("Contact", old, new)


def used_by(organisation: Organisation, reference: Body, kind: str) -> Body:
    """The contact that a document names; a name that nobody has makes a new one. Raises Invalid."""
    if extra := set(reference) - {"ContactID", "ContactNumber", "Name"}:
        raise Invalid(simulator(f"{kind}.Contact.{min(extra)} would change the contact itself"))
    found = _named(organisation, reference)
    if found is None and "ContactID" in reference:
        raise Invalid(f"The contact with ContactID {reference['ContactID']} could not be found")
    if found is None:
        if "Name" not in reference:
            raise Invalid(
                "The Contact must contain at least 1 of the following elements to identify the "
                "contact: Name, ContactID, ContactNumber"
            )
        return save(organisation, Entry("Contact", dict(reference)))
    if found["ContactStatus"] != "ACTIVE":
        raise Invalid(ARCHIVED)
    return found


def mark(organisation: Organisation, contact_id: str, role: str) -> None:
    """IsCustomer or IsSupplier is set by the first document; no stamp shows it."""
    contact = organisation.records["Contact"][contact_id]
    if not contact[role]:
        organisation.replace("Contact", contact, contact | {role: True}, unseen=True)


def _existing(organisation: Organisation, entry: Entry) -> Body | None:
    if entry.number:
        return organisation.records["Contact"][entry.number]
    # POST takes a contact with the same number or name for the one that is meant.
    return None if entry.creates else _named(organisation, entry.body)


def _named(organisation: Organisation, body: Body) -> Body | None:
    if "ContactID" in body:
        return organisation.find("Contact", body["ContactID"])
    number = body.get("ContactNumber")
    if number and (found := organisation.holder(("Contact number", number))):
        return found
    return organisation.holder(("Contact name", fold(body.get("Name", ""))))


def _merged(old: Body, change: Body) -> Body:
    """Omitted fields stay; addresses and phones fill their slots, other lists replace."""
    new = old | change
    for name, key in (("Addresses", "AddressType"), ("Phones", "PhoneType")):
        given = {row.get(key): row for row in change.get(name, ())}
        slots = {row[key]: row for row in old[name]}
        empty = EMPTY_ADDRESS if key == "AddressType" else EMPTY_PHONE
        new[name] = [
            ({key: kind} | empty | given[kind]) if kind in given else slots[kind]
            for kind in [*slots, *(kind for kind in given if kind not in slots)]
        ]
    if "PaymentTerms" in change:
        new["PaymentTerms"] = old.get("PaymentTerms", {}) | change["PaymentTerms"]
    return new


def _check(organisation: Organisation, change: Body, old: Body | None) -> None:
    own = old["ContactID"] if old else None
    messages = [*_name_faults(organisation, change, old, own), *_form_faults(change)]
    number = change.get("ContactNumber")
    if number and organisation.holder(("Contact number", number), own):
        messages.append(f"Another contact has this contact number {number}.")
    currency = change.get("DefaultCurrency")
    if currency and currency not in organisation.records["Currency"]:
        messages.append(f"Users Organisation is not subscribed to currency {currency}")
    for name in ("SalesDefaultAccountCode", "PurchasesDefaultAccountCode"):
        code = change.get(name)
        if code and not organisation.holder(("Account code", fold(code))):
            messages.append(f"{name} '{code}' is not a valid account code")
    if messages:
        raise Invalid(*messages)


def _name_faults(
    organisation: Organisation, change: Body, old: Body | None, own: str | None
) -> list[str]:
    name = str(({"Name": ""} | (old or {}) | change)["Name"])
    if not name.strip():
        return ["The contact name cannot be empty."]
    faults = []
    if name != name.strip() or "  " in name or set("<>") & set(name):
        faults.append("The contact name cannot hold angle brackets or superfluous spaces.")
    status = change.get("ContactStatus", old["ContactStatus"] if old else "ACTIVE")
    if status == "ACTIVE" and organisation.holder(("Contact name", fold(name)), own):
        faults.append(
            f"The contact name {name} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
    return faults


def _form_faults(change: Body) -> list[str]:
    persons = change.get("ContactPersons", [])
    mails = [row.get("EmailAddress") for row in (change, *persons)]
    countries = [row.get("Country") for row in change.get("Addresses", ())]
    faults = []
    if change.get("ContactStatus") == "GDPRREQUEST":
        faults.append(simulator("requests to forget a contact are not simulated"))
    if len(persons) > 5:
        faults.append("A contact has at most 5 contact persons.")
    if any(mail and not _MAIL.fullmatch(mail) for mail in mails):
        faults.append("Email address must be valid.")
    if any("AddressType" not in row for row in change.get("Addresses", ())):
        faults.append("Address Type must be specified.")
    if any(country and not _COUNTRY.fullmatch(country) for country in countries):
        faults.append("The Country must contain letters only.")
    if any("PhoneType" not in row for row in change.get("Phones", ())):
        faults.append("Phone Type must be specified.")
    return faults
