"""What a bookkeeper enters in each ledger, and how it reads there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from worker.providers.port import Resource

Held = Mapping[str, Any]  # a record as the books hold it


@dataclass(frozen=True)
class Field:
    """A field on both sides: its values, how a person enters one in the books, how it is read."""

    name: str
    value: Callable[[str], str]
    entered: Callable[[str], dict[str, object]]
    read: Callable[[Held], object]


@dataclass(frozen=True)
class Ledger:
    """One ledger: its records by the CMMS's kinds, and what pulls bring their changes."""

    name: str
    entities: Mapping[str, str]
    ids: Mapping[str, str]  # the field with the id, by kind
    fields: Mapping[str, tuple[Field, ...]]
    pulls: tuple[Resource, ...]
    label: Callable[[Held], str]
    is_active: Callable[[Held], bool]
    total: Callable[[Held], float]  # of an invoice; of a void one nothing
    returning: frozenset[str]  # kinds that the CMMS may archive and save again
    final: frozenset[str] = frozenset()  # those of which nothing is left meanwhile
    repeated: tuple[str, ...] = ()  # what every change of an item says once more


def _plain(name: str, theirs: str) -> Field:
    return Field(name, str, lambda text: {theirs: text}, lambda held: held.get(theirs))


def _mail(name: str, entered: Callable[[str], dict[str, object]], read: Any) -> Field:  # noqa: ANN401
    def value(text: str) -> str:
        return f"{text.replace(' ', '-').lower()}@mail.example"

    return Field(name, value, entered, read)


def _price(entered: Callable[[str], dict[str, object]], read: Callable[[Held], object]) -> Field:
    def shown(held: Held) -> str:
        return str(Decimal(str(read(held))))

    return Field("sales_price", lambda text: f"{text[-1]}.25", entered, shown)


_QB_PARTY = (
    _plain("name", "DisplayName"),
    Field(
        "phone",
        str,
        lambda text: {"PrimaryPhone": {"FreeFormNumber": text}},
        lambda held: held.get("PrimaryPhone", {}).get("FreeFormNumber"),
    ),
    _mail(
        "email",
        lambda text: {"PrimaryEmailAddr": {"Address": text}},
        lambda held: held.get("PrimaryEmailAddr", {}).get("Address"),
    ),
)
QUICKBOOKS = Ledger(
    name="quickbooks",
    entities={"customer": "Customer", "vendor": "Vendor", "item": "Item"},
    ids=dict.fromkeys(("customer", "vendor", "item"), "Id"),
    fields={
        "customer": _QB_PARTY,
        "vendor": _QB_PARTY,
        "item": (
            _plain("name", "Name"),
            _price(lambda text: {"UnitPrice": float(text)}, lambda held: held.get("UnitPrice")),
            _plain("description", "Description"),
        ),
    },
    pulls=(Resource.PAYMENTS,),
    label=lambda held: str(held.get("DisplayName") or held["Name"]),
    is_active=lambda held: bool(held["Active"]),
    total=lambda held: float(held["TotalAmt"]),
    returning=frozenset({"customer", "vendor", "item"}),
)

_XERO_PARTY = (
    _plain("name", "Name"),
    Field(
        "phone",
        str,
        lambda text: {"Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": text}]},
        lambda held: next(
            one["PhoneNumber"] for one in held["Phones"] if one["PhoneType"] == "DEFAULT"
        ),
    ),
    _mail("email", lambda text: {"EmailAddress": text}, lambda held: held.get("EmailAddress")),
)
XERO = Ledger(
    name="xero",
    entities={"customer": "Contact", "vendor": "Contact", "item": "Item"},
    ids={"customer": "ContactID", "vendor": "ContactID", "item": "ItemID"},
    fields={
        "customer": _XERO_PARTY,
        "vendor": _XERO_PARTY,
        "item": (
            _plain("name", "Name"),
            _price(
                lambda text: {"SalesDetails": {"UnitPrice": float(text), "AccountCode": "200"}},
                lambda held: held["SalesDetails"].get("UnitPrice"),
            ),
            _plain("description", "Description"),
        ),
    },
    pulls=(Resource.CUSTOMERS, Resource.ITEMS, Resource.PAYMENTS),
    label=lambda held: str(held["Name"]),
    is_active=lambda held: held.get("ContactStatus", "ACTIVE") == "ACTIVE",
    total=lambda held: 0.0 if held["Status"] == "VOIDED" else float(held["Total"]),
    returning=frozenset({"item"}),  # no contact comes back by API
    final=frozenset({"item"}),
    repeated=("Code",),
)
