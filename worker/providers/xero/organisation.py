"""The organisation behind a connection: what translation needs to know of it."""

from collections.abc import Mapping
from datetime import date

from worker.providers.port import Company
from worker.providers.wire import Body, rows
from worker.providers.xero.client import Client
from worker.providers.xero.dates import day

_LOCKS = ("PeriodLockDate", "EndOfYearLockDate")
_COUNTRIES = {"UK": "GB"}  # which Xero writes in some places


def read(client: Client, tenant_id: str) -> Company:
    """The organisation with its currencies: two calls."""
    found = _organisation(client)
    currencies = [str(one["Code"]) for one in rows(client.get("Currencies").get("Currencies"))]
    return organisation(tenant_id, {"currencies": sorted(currencies)}, found)


def read_again(client: Client, tenant_id: str, known: Mapping[str, object]) -> Company:
    """The organisation, lock dates among it, with the currencies that are known: one call."""
    return organisation(tenant_id, known, _organisation(client))


def organisation(tenant_id: str, known: Mapping[str, object], found: Body) -> Company:
    """What Xero says of the organisation, and the currencies that are `known`.

    A demo company is a sandbox (Xero resets it).
    """
    currency, country = str(found.get("BaseCurrency") or ""), str(found.get("CountryCode") or "")
    country = _COUNTRIES.get(country, country)
    listed = known.get("currencies")
    currencies = listed if isinstance(listed, list) else []
    closed = closed_until(found)
    name = str(found.get("Name") or "")
    data = {
        "country": country,
        "currency": currency,
        "currencies": currencies,
        "multicurrency": any(one != currency for one in currencies),
        "closed_until": closed.isoformat() if closed else None,
        "legal_name": found.get("LegalName"),
        "version": found.get("Version"),
        "edition": found.get("Edition"),
        "short_code": found.get("ShortCode"),
        "demo": found.get("IsDemoCompany") is True,
        "financial_year_end": _year_end(found),
        "sales_tax_basis": found.get("SalesTaxBasis"),
        "pays_tax": found.get("PaysTax"),
    }
    kind = "sandbox" if data["demo"] else "production"
    return Company(tenant_id, name, currency, country, data, environment=kind)


def closed_until(found: Body) -> date | None:
    """The later of the two lock dates: what is dated up to it is refused (Xero: Organisation)."""
    locks = (day(found, name) for name in _LOCKS)
    return max((lock for lock in locks if lock is not None), default=None)


def _year_end(found: Body) -> str | None:
    """Month and day of the year's end, as `03-31`."""
    month, last = found.get("FinancialYearEndMonth"), found.get("FinancialYearEndDay")
    return f"{int(month):02}-{int(last):02}" if month and last else None


def _organisation(client: Client) -> Body:
    """Raises LookupError where Xero names none."""
    return rows(client.get("Organisation").get("Organisations"))[0]
