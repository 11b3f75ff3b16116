"""Failures whose cause is seen to be gone: what failed for it is due at once, by nobody's click.

Whoever sees such a change calls `again` with what may be mended by it; planning decides anew.
"""

from collections.abc import Collection, Mapping

from worker.store import reconsider
from worker.store.reconsider import Which
from worker.store.session import Session

BY_LISTS = ("account_type_wrong", "tax_refused", "tax_inclusive_not_supported")
"""Refused for accounts or tax codes: tried again once these, or the mapping, are others."""

BACK = ("reference_inactive", "gone_in_books")
"""Refused for a customer, vendor or item: tried again once one that was gone is there again."""

BY_REF = ("ref_unknown", "ref_of_another")
"""Refused for the record that the CMMS names: tried again once it comes, or has another mark."""

BY_PREFERENCES = {
    "multicurrency": ("currency_not_enabled",),
    "tax": ("tax_inclusive_not_supported", "two_tax_codes", "purchase_tax_not_supported"),
    "stock": ("feature_missing",),
    "custom_numbers": ("duplicate_number",),
}
"""Refused for a preference of the company: tried again where that is another one by now."""

BY_SETTINGS = ("duplicate_number", "number_used")
"""Refused for a setting of the connection: tried again where it is another one."""

BY_NAMES = ("duplicate_name",)
"""Tried again once who had the name has it no more."""

NOTICED = frozenset(
    {
        *BY_LISTS,
        *BACK,
        *BY_REF,
        *BY_SETTINGS,
        *BY_NAMES,
        *(code for codes in BY_PREFERENCES.values() for code in codes),
    }
)


def again(session: Session, connection_id: int, codes: Collection[str]) -> int:
    """What failed with these codes is due; returns how many. The connection's row is locked."""
    return reconsider.again(session, connection_id, Which("failed", codes=codes)) if codes else 0


def by_preferences(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    """The codes of what is to be tried again since preferences of the company are others."""
    other = [name for name in BY_PREFERENCES if name in before and before[name] != after.get(name)]
    return {code for name in other for code in BY_PREFERENCES[name]}


def by_ref(session: Session, connection_id: int, records: Collection[str]) -> None:
    """These records of the books (`customer:58`) are new, or bear another mark: what failed for
    that is due. The connection's row is locked."""
    reconsider.named(session, connection_id, BY_REF, records)
