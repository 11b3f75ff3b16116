"""Currencies: which ones are switched on, and their day rates."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.organisation import Body, Organisation

NAMES = {
    "USD": "United States Dollar",
    "GBP": "British Pound",
    "AUD": "Australian Dollar",
    "NZD": "New Zealand Dollar",
    "EUR": "Euro",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "JPY": "Japanese Yen",
    "MXN": "Mexican Peso",
}
PER_DOLLAR = {
    "USD": Decimal(1),
    "GBP": Decimal("0.79"),
    "AUD": Decimal("1.53"),
    "NZD": Decimal("1.68"),
    "EUR": Decimal("0.92"),
    "CAD": Decimal("1.37"),
    "CHF": Decimal("0.88"),
    "JPY": Decimal("151.2"),
    "MXN": Decimal("18.4"),
}
MICRO = Decimal("0.000001")


def switch_on(organisation: Organisation, code: str) -> Body:
    """A currency is added. Raises Invalid for one that does not exist here."""
    if code not in NAMES:
        raise Invalid(f"{code} is no currency of the simulator")
    found = organisation.find("Currency", code)
    body = {"Code": code, "Description": NAMES[code]}
    return found or organisation.insert("Currency", body)


def priced(organisation: Organisation, body: Body, contact: Body | None) -> Body:
    """CurrencyCode and CurrencyRate (foreign per base unit) of a document. Raises Invalid."""
    default = (contact or {}).get("DefaultCurrency", organisation.currency)
    code = body.get("CurrencyCode", default)
    if code not in organisation.records["Currency"]:
        raise Invalid(f"Users Organisation is not subscribed to currency {code}")
    rate = rate_of(organisation, code, body.get("CurrencyRate"))
    return {"CurrencyCode": code, "CurrencyRate": rate}


def rate_of(organisation: Organisation, code: str, given: Decimal | None) -> Decimal:
    """The given rate or the day's. Raises Invalid."""
    if code == organisation.currency:
        if given not in (None, 1):
            raise Invalid(simulator(f"CurrencyRate {given} for the base currency is ignored"))
        return Decimal(1)
    if given is not None and given <= 0:
        raise Invalid("The currency rate must be greater than zero.")
    day_rate = PER_DOLLAR[code] / PER_DOLLAR[organisation.currency]
    return given if given is not None else day_rate.quantize(MICRO)
