"""QuickBooks' faults: the table of its codes, what each means to us, and how a fault is read.

Intuit: error codes. `Detail` varies and may be localised, so it only refines code 6000.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any

from worker.providers.signs import Sign
from worker.providers.wire import rows


class Reading(IntEnum):
    """What a fault says about the request; of several in one answer the first here counts."""

    DISCONNECTED = auto()  # the whole connection: a person must act
    EXPIRED = auto()  # the token: nothing was taken
    THROTTLED = auto()  # nothing was taken
    UNAVAILABLE = auto()  # the company's books as a whole are away: nothing was taken
    KNOWN = auto()  # the request id is known already: an earlier send arrived
    STALE = auto()
    CLASH = auto()
    GONE = auto()  # the record, or one that it names, is not there (any more)
    REFUSED = auto()  # the same might have been accepted at another time
    CERTAIN = auto()  # the same bytes can never have been accepted
    UNTOLD = auto()  # failed, without a word on whether anything was taken


@dataclass(frozen=True)
class Rule:
    code: str  # ours: a key of worker.failures.CODES
    reading: Reading
    ruled: bool = True  # False: no rule knows it, and this is a guess


@dataclass(frozen=True)
class Error:
    """One error of a fault, whatever shape it came in."""

    code: str
    message: str
    detail: str
    element: str

    def __str__(self) -> str:
        return f"{self.code} {self.message}: {self.detail} [{self.element}]"


_R = Reading
_VALUE = Rule("value_refused", _R.CERTAIN)
_DEFECT = Rule("defect", _R.CERTAIN)
_AWAY = Rule("books_unavailable", _R.UNAVAILABLE)
# "Same request, same request id" (Intuit: error codes): under another one it may be made twice.
_UNTOLD = Rule("outcome_unknown", _R.UNTOLD)
_LOST = Rule("permission_lost", _R.DISCONNECTED)
_LAPSED = Rule("subscription_lapsed", _R.DISCONNECTED)
_LOCKED = Rule("locked_in_books", _R.REFUSED)
_IN_USE = Rule("still_in_use", _R.REFUSED)
_CLOSED = Rule("period_closed", _R.REFUSED)
_STOCK = Rule("stock_too_young", _R.REFUSED)
_FEATURE = Rule("feature_missing", _R.REFUSED)
_TAX = Rule("tax_refused", _R.REFUSED)
_CURRENCY = Rule("currency_mismatch", _R.REFUSED)
_TAKEN = Rule("duplicate_name", _R.CLASH)
_EXPIRED = Rule("consent_withdrawn", _R.EXPIRED)
_INACTIVE = Rule("reference_inactive", _R.GONE)
_PARENT = Rule("books_refused", _R.CERTAIN)
_UNEXPLAINED = Rule("books_refused", _R.REFUSED, ruled=False)

# Each with what Intuit says it means.
_TABLE: Mapping[str, tuple[Rule, str]] = {
    "100": (_EXPIRED, "authentication trouble"),
    "110": (_EXPIRED, "OAuth trouble"),
    "120": (_LOST, "the user who connected was removed or lost access"),
    "130": (_AWAY, "company on another cluster"),
    "140": (_AWAY, "company file locked"),
    "150": (_AWAY, "company under maintenance"),
    "400": (_DEFECT, "malformed: broken JSON, a batch of nothing"),
    "500": (_DEFECT, "unsupported operation: wrong path or body not UTF-8"),
    "600": (Rule("outcome_unknown", _R.KNOWN), "request id already used"),
    "610": (_INACTIVE, "object not found, or something it names is inactive"),
    "620": (Rule("not_applied", _R.REFUSED), "transaction cannot be linked"),
    "630": (_TAKEN, "duplicate object"),
    "700": (_PARENT, "parent invalid"),
    "800": (_IN_USE, "has dependants"),
    "900": (_PARENT, "parent equals child"),
    "1000": (_UNTOLD, "operation failed"),
    "1010": (_UNTOLD, "create failed"),
    "1020": (_UNTOLD, "update failed"),
    "1040": (_DEFECT, "too many batch items"),
    "1050": (_DEFECT, "wrong content type"),
    "2000": (_DEFECT, "unsupported object"),
    "2010": (_DEFECT, "unknown property: our field list and Intuit's differ"),
    "2020": (_VALUE, "required value missing; element names it"),
    "2030": (_DEFECT, "id is not a number"),
    "2040": (_VALUE, "unsupported characters"),
    "2050": (Rule("value_too_long", _R.CERTAIN), "string too long or too short"),
    "2060": (_VALUE, "bad date"),
    "2070": (_VALUE, "bad number"),
    "2080": (_VALUE, "bad number"),
    "2090": (_VALUE, "too many digits"),
    "2100": (_VALUE, "bad type"),
    "2110": (_VALUE, "bad amount"),
    "2120": (_VALUE, "bad quantity"),
    "2130": (_DEFECT, "bad request id"),
    "2140": (_VALUE, "bad enumeration"),
    "2160": (_VALUE, "bad enumeration"),
    "2170": (_VALUE, "bad value, such as writing a read-only billing state"),
    "2210": (Rule("email_invalid", _R.CERTAIN), "bad e-mail"),
    "2220": (_CURRENCY, "currency not valid for company or name"),
    "2250": (_VALUE, "lines missing"),
    "2260": (_VALUE, "posting type"),
    "2270": (_TAX, "tax applicability"),
    "2280": (_TAX, "tax amount"),
    "2290": (Rule("negative_amount", _R.CERTAIN), "negative amount not allowed"),
    "2300": (_DEFECT, "debits and credits differ: both are computed by us"),
    "2500": (_INACTIVE, "invalid reference id; detail names kind and element"),
    "2600": (Rule("stale", _R.STALE), "conflicting request"),
    "3000": (_DEFECT, "custom field"),
    "3001": (Rule("throttled", _R.THROTTLED), "throttled"),
    "3100": (Rule("wrong_environment", _R.DISCONNECTED), "app not authorised for this company"),
    "3200": (_EXPIRED, "token expired"),
    "3202": (_DEFECT, "empty field"),
    "5000": (_DEFECT, "deprecated field"),
    "5010": (Rule("stale", _R.STALE), "stale SyncToken"),
    "5020": (_FEATURE, "no permission for a feature: plan or role"),
    "5030": (_FEATURE, "feature not supported"),
    "6000": (_UNEXPLAINED, "business validation, catch-all: refined by its detail"),
    "6010": (_DEFECT, "AccountType needed"),
    "6050": (_VALUE, "opening balance without date"),
    "6060": (_VALUE, "no name"),
    "6080": (_DEFECT, "discount incomplete"),
    "6090": (_DEFECT, "discount incomplete"),
    "6100": (_TAX, "US line code is not TAX or NON"),
    "6070": (_DEFECT, "Amount is not Qty * UnitPrice: all three are computed by us"),
    "6110": (_LOCKED, "managed by another service"),
    "6120": (_LOCKED, "managed by another service"),
    "6140": (Rule("duplicate_number", _R.CLASH), "duplicate document number"),
    "6150": (_PARENT, "too many levels"),
    "6160": (_TAX, "CustomSalesTax not allowed"),
    "6170": (_TAX, "TxnTaxDetail with NotApplicable"),
    "6180": (_PARENT, "too many levels"),
    "6190": (_LAPSED, "subscription ended: read-only"),
    "6200": (_CLOSED, "period closed"),
    "6210": (_CLOSED, "period closed with a password"),
    "6220": (_IN_USE, "balance not zero"),
    "6230": (_TAX, "TxnTaxDetail with NotApplicable"),
    "6240": (_TAKEN, "duplicate name"),
    "6250": (_INACTIVE, "customer missing or inactive"),
    "6270": (_STOCK, "dated before the item's InvStartDate"),
    "6310": (_DEFECT, "billable line needs a customer"),
    "6420": (Rule("email_invalid", _R.CERTAIN), "e-mail required when it is to be sent"),
    "6430": (Rule("account_type_wrong", _R.REFUSED), "wrong account type for this use"),
    "6440": (_DEFECT, "line needs item or account"),
    "6450": (_LOCKED, "settled payment cannot be voided"),
    "6470": (_TAX, "tax rate fault"),
    "6480": (_LOCKED, "matched to a bank line"),
    "6520": (_VALUE, "inventory quantity missing"),
    "6540": (_LOCKED, "payment is in a deposit"),
    "10000": (_UNTOLD, "system failure"),
    "10200": (Rule("company_reset", _R.DISCONNECTED), "company data was reset"),
}
RULES: Mapping[str, Rule] = {code: rule for code, (rule, _) in _TABLE.items()}

_DETAILS_OF_6000 = (
    (r"request_id.*50 characters|50 characters.*request_id", _DEFECT),  # requestid and bId too long
    (r"unexpected error occurred while|wait a few minutes", _UNTOLD),
    (r"at exactly the same time", _UNTOLD),  # two writers on one inventory item
    (r"subscription|trial", _LAPSED),
    (r"closing date|books closed|period.*closed", _CLOSED),
    (r"quantity|inventory start date", _STOCK),
    (r"tax.*(rate|code)|(rate|code).*tax", _TAX),
    (r"currency", _CURRENCY),
)

# 5020 is said of the plan as well as of the user who connected.
_USER_LOST_ACCESS = re.compile(r"\buser\b.*permission|permission.*\buser\b")

_XML_ERROR = re.compile(
    r'<Error[^>]*\bcode="(?P<code>\d+)"[^>]*>.*?<Message>(?P<message>.*?)</Message>'
    r"(?:\s*<Detail>(?P<detail>.*?)</Detail>)?",
    re.DOTALL,
)


def errors(document: Mapping[str, Any] | None, text: str = "") -> list[Error]:
    """The errors of an answer or a batch item: JSON of the service, JSON or XML of the gateway."""
    document = document or {}
    fault = document.get("Fault") or document.get("fault")
    if isinstance(fault, dict):
        listed = rows(fault.get("Error") or fault.get("error"))
        return [_error(one) for one in listed] or [Error("", "fault without errors", "", "")]
    return [
        Error(found["code"], found["message"], found["detail"] or "", "")
        for found in _XML_ERROR.finditer(text)
    ]


def rule(found: list[Error]) -> tuple[Rule, Error]:
    """The most severe of the errors, and what it means."""
    ruled = [(_rule(error), error) for error in found]
    return min(ruled, key=lambda pair: pair[0].reading)


def signs() -> Iterator[Sign]:
    """What Intuit says, and which of our codes it becomes."""
    yield from (Sign(rule.code, code, means) for code, (rule, means) in _TABLE.items())
    yield from (Sign(rule.code, "6000", f"`{words}`") for words, rule in _DETAILS_OF_6000)


def _rule(error: Error) -> Rule:
    said = f"{error.message} {error.detail}".lower()
    if error.code == "5020" and _USER_LOST_ACCESS.search(said):
        return _LOST
    if error.code == "2500" and "taxcode" in f"{error.element} {said}".lower():
        return _TAX
    if error.code == "6000":
        found = (rule for words, rule in _DETAILS_OF_6000 if re.search(words, said))
        return next(found, _UNEXPLAINED)
    return RULES.get(error.code, _UNEXPLAINED)


def _error(fields: Mapping[str, Any]) -> Error:
    def held(*names: str) -> str:
        return next((str(fields[name]) for name in names if fields.get(name) is not None), "")

    # Codes stand with and without leading zeros (003200).
    return Error(
        held("code").lstrip("0"),
        held("Message", "message"),
        held("Detail", "detail"),
        held("element"),
    )
