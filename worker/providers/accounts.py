"""The port to a ledger's kinds of accounts: which of them fit the uses that a connection maps."""

from typing import Protocol

from worker.providers.lookup import Account, Chart, Tax


class Uses(Protocol):
    """What one ledger lets its accounts and tax codes be used for; pure.

    The keys are those of the mapping (`worker.sync.mapping.USES`).
    """

    def fits(self, key: str, account: Account) -> bool:
        """Whether an account can be used so; it need not be active."""
        ...

    def wanted(self, key: str) -> str:
        """Which accounts would fit, in words."""
        ...

    def is_open(self, chart: Chart, tax: Tax) -> bool:
        """Whether a tax code says that tax is due and leaves open how much."""
        ...
