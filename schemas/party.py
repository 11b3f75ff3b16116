"""Customers and vendors."""

from schemas.fields import Country, Currency, ExternalRefs, Flag, Model, Name, RecordId, Version
from schemas.kinds import References


class Address(Model):
    """A postal address; every part is optional."""

    line1: str | None = None
    line2: str | None = None
    line3: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: Country | None = None


class PartyDetails(Model):
    """A customer or vendor as the books show it: everything but the CMMS's id."""

    version: Version | None = None
    name: Name
    company_name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    website: str | None = None
    billing_address: Address | None = None
    shipping_address: Address | None = None
    currency: Currency | None = None
    tax_number: str | None = None
    tax_exempt: Flag | None = None
    account_number: str | None = None
    notes: str | None = None
    active: Flag = True
    external_refs: ExternalRefs | None = None


class Party(PartyDetails):
    """A customer or vendor of the CMMS."""

    id: RecordId

    def references(self) -> References:
        """No other record."""
        return frozenset()
