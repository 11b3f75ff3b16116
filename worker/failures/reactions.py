"""What follows each kind of failure: who acts, what happens meanwhile, how it ends, who is told."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from worker.errors import Category
from worker.failures.code import Code

_C = Category


@dataclass(frozen=True)
class Reaction:
    """In plain words; `commands` help whoever looks into it."""

    who: str
    meanwhile: str
    ends: str
    told: str
    commands: tuple[str, ...]


_FAILED = "`accounting.record.failed` with this code"
_WAITING = "`accounting.record.waiting` with this code"
_SAVED_OR_RETRIED = (
    "When the record is saved again in the CMMS, when the cause is seen to be gone, or by "
    "`books issues retry`."
)
_BY_ITSELF = "By itself."
_UNASKED = "nothing: it passes by itself"
_WHY, _HISTORY = "books why KIND ID", "books history KIND ID"

_REACTIONS: Mapping[Category, Reaction] = MappingProxyType(
    {
        _C.CONNECTION: Reaction(
            "an administrator of the company",
            "The whole connection pauses: nothing is sent or read. Every record keeps its place.",
            "By itself, as soon as the connection is restored.",
            "`accounting.connection.reauthorization_required`, once; a pull or test that somebody "
            "asked for ends with `accounting.sync.failed` or `accounting.connection.tested`",
            (
                "books status --connection CONNECTION",
                "books connections show CONNECTION",
                "books connections connect CONNECTION",
                "books connections test CONNECTION",
            ),
        ),
        _C.MAPPING: Reaction(
            "the bookkeeper",
            "The records that need it wait; all others go on.",
            "By itself, as soon as an account or code is there that fits; where nobody can say "
            "which one is meant, when the record is saved again in the CMMS.",
            f"{_WAITING}; {_FAILED} where nobody can say which one is meant",
            (
                "books connections mapping CONNECTION",
                "books sync accounts",
                "books records account",
                _WHY,
            ),
        ),
        _C.REFERENCE: Reaction(
            "the bookkeeper",
            "The records that name it wait; all others go on.",
            "By itself, as soon as what is named is there and active; else when the record is "
            "saved again in the CMMS.",
            f"{_WAITING}; {_FAILED} where nothing that we could see will mend it",
            (_WHY, _HISTORY, "books issues list"),
        ),
        _C.DUPLICATE: Reaction(
            "the bookkeeper",
            "This record stays out of the books, so that nothing is there twice; all others go on.",
            _SAVED_OR_RETRIED,
            f"{_FAILED}; {_WAITING} while it is undecided",
            ("books match list KIND", "books match link KIND ID REF", "books match new KIND ID"),
        ),
        _C.VALIDATION: Reaction(
            "the user of the CMMS",
            "This record stays as it is in the books; all others go on.",
            _SAVED_OR_RETRIED,
            _FAILED,
            (_WHY, _HISTORY, "books issues retry"),
        ),
        _C.PERIOD: Reaction(
            "the bookkeeper",
            "Records of that date wait, or get the first open day if the connection's setting "
            "`closed_period` is `shift`.",
            "By itself, as soon as the books are open at that date.",
            _WAITING,
            (
                "books connections settings CONNECTION",
                "books connections test CONNECTION",
                _WHY,
            ),
        ),
        _C.CONFLICT: Reaction(
            "the bookkeeper",
            "Nothing of this record is overwritten on either side; all others go on.",
            "When somebody decides, when the connection's setting `conflict` decides, or when both "
            "sides agree.",
            "`accounting.record.conflict` with the fields of both sides",
            (_WHY, "books resolve KIND ID SIDE", "books connections settings CONNECTION"),
        ),
        _C.THROTTLED: Reaction(
            "nobody",
            "The connection waits as long as the ledger asks for.",
            _BY_ITSELF,
            _UNASKED,
            ("books status --connection CONNECTION",),
        ),
        _C.UNAVAILABLE: Reaction(
            "nobody; operations, if it lasts",
            "The connection backs off, for nine minutes at most, and tries again.",
            _BY_ITSELF,
            _UNASKED,
            ("books status --connection CONNECTION", "books connections test CONNECTION"),
        ),
        _C.UNKNOWN_OUTCOME: Reaction(
            "nobody",
            "Nothing more is sent of this record until it is known what became of the call: it is "
            "repeated under the same id, or looked up in the books.",
            _BY_ITSELF,
            _UNASKED,
            (_WHY, _HISTORY),
        ),
        _C.DEFECT: Reaction(
            "an engineer",
            "This record stays out of the books and is a dead letter; all others go on.",
            "When an engineer has mended it and replays the dead letter, or when the record is "
            "saved again in the CMMS.",
            _FAILED,
            (
                "books dead-letters list",
                "books dead-letters show NUMBER",
                "books codes unknown",
                _WHY,
            ),
        ),
    }
)

_ISSUE = {
    "meanwhile": "Nothing yet: it is said before a record needs it.",
    "ends": "By itself, as soon as it is active again or nobody names it any more.",
    "told": "nothing: it is an issue in `books issues list` and `books status`",
}
_PAID = {
    "meanwhile": "The change waits as long as payments stand in its way; all others go on.",
    "ends": "By itself, as soon as the payments are gone; or when the record is saved again.",
    "told": f"{_WAITING}; {_FAILED} where we do not see the payments",
    "commands": (_WHY, "books payments --invoice NUMBER"),
}
_CONSENT = {
    "meanwhile": "The consent is refused, and nothing is changed.",
    "ends": "With the next consent.",
    "told": "nothing: the page says it to whoever connects",
}
_LATER = {"told": "`accounting.record.waiting` with what it waits for"}

_OTHERWISE: Mapping[str, Mapping[str, object]] = MappingProxyType(
    dict.fromkeys(
        (
            "mapped_account_inactive",
            "mapped_tax_code_inactive",
            "used_account_inactive",
            "used_tax_code_inactive",
        ),
        _ISSUE,
    )
    | dict.fromkeys(
        ("invoice_paid", "total_below_paid", "amounts_paid", "customer_paid"),
        _PAID,
    )
    | dict.fromkeys(("company_mismatch", "environment_mismatch", "scope_refused"), _CONSENT)
    | dict.fromkeys(("waiting_for_record", "waiting_for_lists"), _LATER)
    | {
        "stale": {"who": "nobody", "ends": _BY_ITSELF, "told": _UNASKED},
        "merged_in_books": _ISSUE | {"ends": "When the two are one in the CMMS as well."},
        "cannot_look_up": {
            "who": "the bookkeeper",
            "meanwhile": "Nothing more is sent of this record; all others go on.",
            "ends": "When it is linked, or sent again by a person.",
            "told": _FAILED,
            "commands": (_WHY, "books match link KIND ID REF", "books issues retry"),
        },
        "two_in_books": {
            "who": "an engineer, with the bookkeeper",
            "ends": "When one is left in the books and somebody lets it try again.",
        },
        "sync_not_supported": {
            "who": "whoever asked",
            "meanwhile": "The pull ends; nothing else is held up.",
            "ends": "It does not.",
            "told": "`accounting.sync.failed` with this code",
            "commands": ("books sync RESOURCE",),
        },
        "kind_switched_off": {
            "who": "whoever set the connection up",
            "meanwhile": "Records of that kind are left out, and their list is not read.",
            "ends": "By itself, as soon as the kind is switched on.",
            "told": "`accounting.sync.failed` with this code",
            "commands": ("books connections settings CONNECTION",),
        },
        "not_connected": {"told": "`accounting.sync.failed` or `accounting.connection.tested`"},
        "switched_off": {
            "who": "whoever switched it off",
            "told": "`accounting.sync.failed` or `accounting.connection.tested`",
            "commands": ("books connections enable CONNECTION",),
        },
        "company_reset": {
            "who": "an engineer",
            "ends": "When the company has been linked anew.",
        },
    }
)


def reaction(code: Code) -> Reaction:
    """What follows this code."""
    return replace(_REACTIONS[code.category], **_OTHERWISE.get(code.code, {}))  # type: ignore[arg-type]
