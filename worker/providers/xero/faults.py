"""Xero's refusals: what its messages mean to us. It has no codes for them, so fragments are matched
(Xero: response codes; texts from its OpenAPI file, recordings and the help pages of integrations).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto

from worker.providers.signs import Sign
from worker.providers.wire import Body, rows


class Reading(IntEnum):
    """What a message says about an element; of several in one answer the first here counts."""

    UNTOLD = auto()  # whether anything was taken is not said
    STALE = auto()  # the record stands otherwise than was believed: look
    CLASH = auto()  # somebody has the name, or what was asked for may be so already: look
    REFUSED = auto()  # the same might have been accepted at another time
    CERTAIN = auto()  # the same bytes can never have been accepted


@dataclass(frozen=True)
class Rule:
    """What a message means: our code, and words for its sentence."""

    code: str  # a key of worker.failures.CODES
    reading: Reading
    names: Mapping[str, str]
    ruled: bool = True  # False: no rule knows it, and this is a guess


@dataclass(frozen=True)
class Error:
    """One message, and what it means."""

    rule: Rule
    message: str

    @property
    def quoted(self) -> str:
        """The code that it quotes, of an account or a tax."""
        found = _QUOTED.search(self.message)
        return found[1] if found else ""


def _rule(code: str, reading: Reading, **names: str) -> Rule:
    return Rule(code, reading, names)


_R = Reading
_QUOTED = re.compile(r"code '+([^']+)'+", re.IGNORECASE)
_DEFECT = _rule("defect", _R.CERTAIN)
_LOCKED = _rule("locked_in_books", _R.REFUSED)
_NO_ACCOUNT = _rule("account_missing", _R.REFUSED)
_GONE = _rule("reference_inactive", _R.REFUSED)
_UNFIT = _rule("not_applied", _R.REFUSED)
_BANK = _rule(
    "account_type_wrong",
    _R.REFUSED,
    use="payments",
    needed="a bank account in their currency, or one that takes payments,",
)

_RULES = (
    (r"is used with a different request", _rule("outcome_unknown", _R.UNTOLD)),
    # Contacts
    (r"already assigned to another contact", _rule("duplicate_name", _R.CLASH)),
    (r"contact number.*already|another contact has this", _rule("duplicate_name", _R.CLASH)),
    (r"archived contact", _GONE),
    (r"email address must be valid", _rule("email_invalid", _R.CERTAIN, field="its e-mail")),
    (r"contact must be specified|elements to identify the contact", _DEFECT),
    # Documents as they stand
    (r"already been (deleted|voided)", _rule("stale", _R.STALE)),
    (r"you must supply a lineitemid", _rule("stale", _R.STALE)),
    (r"lineitemid \S+ could not be found", _rule("stale", _R.STALE)),
    (r"not of valid status for modification", _rule("locked_in_books", _R.CLASH)),
    (r"has (a )?payments? or credit notes? allocated", _rule("invoice_paid", _R.CLASH)),
    (r"not of valid status for creation", _DEFECT),
    (r"lock date", _rule("period_closed", _R.REFUSED)),
    (r"been reconciled|part of a batch payment", _LOCKED),
    (r"# must be unique", _rule("duplicate_number", _R.CLASH)),
    (r"reached the limit of invoices", _rule("feature_missing", _R.REFUSED)),
    (r"not subscribed to currency", _rule("currency_not_enabled", _R.REFUSED)),
    # Payments
    (r"amount exceeds the amount outstanding", _UNFIT),
    (r"only be made against authorised documents", _UNFIT),
    (r"valid (account )?for payments|cannot take a payment", _BANK),
    # Accounts and taxes
    (r"taxtype code.*does not exist|taxtype code.*archived", _rule("tax_code_missing", _R.REFUSED)),
    (r"taxtype", _rule("tax_refused", _R.REFUSED)),
    (r"is not a valid code for this document", _NO_ACCOUNT),
    (r"has been archived, or.*deleted", _NO_ACCOUNT),
    (r"account could not be found|recognised account", _NO_ACCOUNT),
    # Items
    (r"price list item with code.*already exists", _rule("duplicate_name", _R.CLASH)),
    (r"exceeds the quantity on hand", _rule("stock_too_young", _R.REFUSED)),
    (r"item.*cannot be deleted|inventory transactions", _rule("still_in_use", _R.REFUSED)),
    (r"item code.*is not valid", _GONE),
    # Lines
    (r"line items must be specified", _rule("value_refused", _R.CERTAIN, field="the lines")),
    (r"discount.*greater than the line", _rule("value_refused", _R.CERTAIN, field="a discount")),
    (r"description is required", _rule("value_refused", _R.CERTAIN, field="a description")),
    (r"does not equal the sum of the lines|expected line total", _DEFECT),
    (r"total debits.*must equal", _DEFECT),
    # The rest
    (r"maximum length|longer than|too long", _rule("value_too_long", _R.CERTAIN)),
    (r"error converting value|deserialize", _DEFECT),
    (r"could not be found", _GONE),
)
_COMPILED = tuple((re.compile(text, re.IGNORECASE | re.DOTALL), rule) for text, rule in _RULES)
_UNEXPLAINED = Rule("books_refused", _R.REFUSED, {}, ruled=False)

# A warning, although the record has lost what it names (Xero: manual journals, from its samples).
_LOST_ACCOUNT = re.compile(r"removed as it does not match a recognised account", re.IGNORECASE)


def worst(messages: Iterable[str]) -> Error | None:
    """The message that counts most, and what it means; None without messages."""
    return min(map(meant, messages), key=lambda error: error.rule.reading, default=None)


def meant(message: str) -> Error:
    """A message, and what it means; what no rule knows was refused."""
    found = (rule for pattern, rule in _COMPILED if pattern.search(message))
    return Error(next(found, _UNEXPLAINED), message)


def signs() -> Iterator[Sign]:
    """What Xero says, by the patterns that are looked for in order, and our codes for it."""
    yield from (Sign(rule.code, "", f"`{text}`") for text, rule in _RULES)


def messages(element: object) -> Iterator[str]:
    """What an element is refused for: contacts, lines and addresses in it have words of their
    own."""
    return _said(element, "ValidationErrors")


def losses(element: Body) -> Iterator[str]:
    """Warnings that say that something sent is not in the record."""
    return (text for text in _said(element, "Warnings") if _LOST_ACCOUNT.search(text))


def _said(value: object, key: str) -> Iterator[str]:
    match value:
        case list():
            for one in value:
                yield from _said(one, key)
        case dict():
            yield from (str(one.get("Message") or "") for one in rows(value.get(key)))
            for name, held in value.items():
                if name not in ("ValidationErrors", "Warnings"):
                    yield from _said(held, key)
