"""In what QuickBooks differs from other ledgers, for the flow."""

from schemas.kinds import Kind
from worker.providers.port import Resource, Traits

# Money owed or moved: nothing but its marker tells a second one from the first in the books.
_OWED = frozenset({Kind.PURCHASE_INVOICE, Kind.EXPENSE, Kind.PAYMENT})

TRAITS = Traits(
    looked_up=_OWED,
    final=_OWED,  # they are deleted; an invoice stays, void
    sales_items=True,
    costs={  # Intuit meters reads
        Resource.CONNECTION: 1,  # preferences; the company itself is read when somebody asks
        Resource.ACCOUNTS: 1,
        Resource.TAXES: 2,  # rates, and the codes that are made of them
        Resource.CUSTOMERS: 1,
        Resource.VENDORS: 1,
        Resource.ITEMS: 1,
        Resource.DOCUMENTS: 1,
        Resource.PAYMENTS: 1,  # change data capture of all entities together
    },
)
