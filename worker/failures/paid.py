"""Codes of what payments forbid, and of payments that do not fit."""

from worker.errors import Category
from worker.failures.code import Code, Retry

_C, _R = Category, Retry
_UNAPPLY = (
    "Delete the payment in the CMMS, or take it off the invoice in the books: it goes on then."
)

ENTRIES = (
    Code(
        "invoice_paid",
        _C.VALIDATION,
        "The invoice has payments",
        "Invoice {number} has payments in the books, so it is not voided there.",
        (_UNAPPLY, "Or keep the invoice, and credit its customer in the books."),
        _R.AFTER_FIX,
    ),
    Code(
        "total_below_paid",
        _C.VALIDATION,
        "The total falls below the payments",
        "{number} comes to {total} now, but payments cover {paid} of it in the books.",
        (_UNAPPLY, "Or keep the total, and credit the difference in the books."),
        _R.AFTER_FIX,
    ),
    Code(
        "amounts_paid",
        _C.VALIDATION,
        "The amounts are paid",
        "{number} has payments in the books, which keep its lines, amounts and date as they are.",
        (_UNAPPLY, "Or keep the amounts, and enter the difference in the books."),
        _R.AFTER_FIX,
    ),
    Code(
        "customer_paid",
        _C.VALIDATION,
        "The former customer has paid",
        "Invoice {number} has payments of its former customer in the books, so it stays with them.",
        (_UNAPPLY, "Or void the invoice in the CMMS, and make another one."),
        _R.AFTER_FIX,
    ),
    Code(
        "bill_paid",
        _C.VALIDATION,
        "The bill has payments",
        "Bill {number} has payments in the books, so it is not deleted there.",
        ("Take the payment off the bill in the books, then try again.", "Or keep the bill."),
        _R.AFTER_FIX,
    ),
    Code(
        "vendor_paid",
        _C.VALIDATION,
        "The former vendor was paid",
        "Bill {number} has payments to its former vendor in the books, so it stays with them.",
        ("Take the payment off the bill in the books, or void it and make another one.",),
        _R.AFTER_FIX,
    ),
    Code(
        "not_applied",
        _C.VALIDATION,
        "The payment does not fit its invoice",
        "The books do not apply {record} to its invoice: less of it is open there by now, or it is "
        "voided or somebody else's.",
        (
            "Compare the invoice's payments in the books and in the CMMS.",
            "Correct the payment in the CMMS and save it, or delete it there.",
        ),
        _R.AFTER_FIX,
    ),
)
