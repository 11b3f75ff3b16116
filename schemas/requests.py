"""What a CMMS service can ask the worker for."""

from enum import StrEnum

from schemas.fields import Label, Model


class Resource(StrEnum):
    """What can be pulled out of the books."""

    ACCOUNTS = "accounts"
    TAXES = "taxes"
    CUSTOMERS = "customers"
    VENDORS = "vendors"
    ITEMS = "items"
    PAYMENTS = "payments"
    ALL = "all"


class SyncRequest(Model):
    """Pull something now; without a provider from all the tenant's connections."""

    resource: Resource
    provider: Label | None = None


class ConnectionTest(Model):
    """Find out whether the books of a provider can be reached."""

    provider: Label
