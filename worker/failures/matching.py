"""Codes of what stands between a record and its counterpart in the books."""

from worker.errors import Category
from worker.failures.code import CORRECT, Code, Retry

_DECIDE = (
    "If it is that record, link the two: in the CMMS, or with `books match link`.",
    "If it is another one, say so with `books match new`: it is created then.",
)

ENTRIES = (
    Code(
        "match_undecided",
        Category.DUPLICATE,
        "The books may hold it already",
        "{name} may be in the books already, as {candidates}.",
        _DECIDE,
        Retry.AFTER_FIX,
    ),
    Code(
        "match_unconfirmed",
        Category.DUPLICATE,
        "Not in the books, and not created unasked",
        "{name} is not in the books, and this connection creates nothing that nobody confirmed.",
        (
            "Confirm it with `books match new`, or link it with `books match link`.",
            "Or let the connection create what is new: its setting `new_parties`.",
        ),
        Retry.AFTER_FIX,
    ),
    Code(
        "ref_unknown",
        Category.REFERENCE,
        "Not found in the books",
        "{name} is number {ref} in the books, says the CMMS, but nothing there has this number.",
        ("Correct the reference in the CMMS.", "If it is right, pull the list, then try again."),
        Retry.AFTER_FIX,
    ),
    Code(
        "ref_of_another",
        Category.DUPLICATE,
        "The record of the books is another one's",
        "Number {ref} in the books bears the mark of {other}, so {name} is not linked to it.",
        (CORRECT, "Or take the mark out of the notes in the books, and pull the list."),
        Retry.AFTER_FIX,
    ),
)
