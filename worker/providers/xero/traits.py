"""In what Xero differs from other ledgers, for the flow."""

from schemas.kinds import Kind
from worker.providers.port import Operation, Resource, Traits

# Nothing but its marker tells a second one from the first: no number of theirs has to be unique.
_OWED = frozenset({Kind.PURCHASE_INVOICE, Kind.EXPENSE, Kind.PAYMENT})

TRAITS = Traits(
    looked_up=_OWED,
    # An update under a key could get an older update's answer (Xero: idempotency).
    keyed=frozenset({Operation.CREATE}),
    keeps_errors=True,
    # A voided document stays void, an item is deleted; an archived contact can be restored.
    final=_OWED | {Kind.INVOICE, Kind.ITEM},
    one_list=frozenset({Resource.CUSTOMERS, Resource.VENDORS}),
    costs=dict.fromkeys(Resource, 1),
)
