"""Sales invoices and bills as Xero takes them (Xero: invoices, of the types ACCREC and ACCPAY)."""

from collections.abc import Sequence

from schemas.bill import PurchaseInvoice
from schemas.invoice import Invoice
from schemas.kinds import Kind
from worker.policies import InvoiceStatus, Numbering
from worker.providers import periods
from worker.providers.grouping import party_of
from worker.providers.lookup import Lookup
from worker.providers.marker import address
from worker.providers.port import Operation, Work
from worker.providers.wire import Body
from worker.providers.xero import checks, names
from worker.providers.xero.lines import bill_lines, sales_lines, words_line
from worker.providers.xero.shapes import SHAPES
from worker.providers.xero.tax import LINE_AMOUNTS

_STATUS = {InvoiceStatus.AUTHORISED: "AUTHORISED", InvoiceStatus.DRAFT: "DRAFT"}


def invoice(work: Work, document: Invoice, lookup: Lookup) -> Body:
    """The fields of a create, or of an update without its id: with all lines.

    Xero has no place for an address that only this invoice is mailed to.
    """
    order = f"Work order {document.work_order_id}" if document.work_order_id else ""
    words = [document.reference or "", order]
    number = names.document_number(document.number)
    if lookup.chart.policies.numbering is Numbering.BOOKS:
        words, number = [*words, f"Invoice {document.number}"], ""
    body = _header(work, document, document.customer_id, words, lookup)
    body["LineItems"] = [*sales_lines(document, lookup), *_memo(work, document, lookup)]
    if work.operation is Operation.CREATE:
        body["Status"] = _STATUS[lookup.chart.policies.invoice_status]
    return body | ({"InvoiceNumber": number} if number else {})


def bill(work: Work, document: PurchaseInvoice, lookup: Lookup) -> Body:
    """The fields of a create, or of an update without its id: with all lines."""
    order = document.purchase_order_id
    words = [f"Purchase order {order}" if order else ""]
    body = _header(work, document, document.vendor_id, words, lookup)
    body["LineItems"] = [*bill_lines(document, lookup), *_memo(work, document, lookup)]
    if work.operation is Operation.CREATE:
        body["Status"] = "AUTHORISED"
    return body | {"InvoiceNumber": names.document_number(document.number)}


def source(kind: Kind, record_id: str, lookup: Lookup) -> Body:
    """The link to the record in the CMMS, if Xero would take it: it refuses its own name there."""
    at = address(kind, record_id, lookup.chart)
    return {"Url": at} if at and "xero" not in at.casefold() else {}


def _header(
    work: Work,
    document: Invoice | PurchaseInvoice,
    party: str,
    words: Sequence[str],
    lookup: Lookup,
) -> Body:
    contact = lookup.ref(party_of(work.kind), party)
    dated = periods.period(work, document.issue_date, lookup, document.number)
    money = checks.money(document.currency, document.number, lookup, document.exchange_rate)
    return {
        "Type": SHAPES[work.kind].type,
        "Contact": {"ContactID": contact},
        "Date": dated.day.isoformat(),
        # None is approved without; whether the contact's terms supply one is not documented.
        "DueDate": (dated.due(document.due_date) or dated.day).isoformat(),
        "Reference": names.reference(list(words), work.kind, work.record_id),
        "LineAmountTypes": LINE_AMOUNTS[document.amounts],
        **money,
        **source(work.kind, work.record_id, lookup),
    }


def _memo(work: Work, document: Invoice | PurchaseInvoice, lookup: Lookup) -> list[Body]:
    """What has no field of its own stands below the lines."""
    dated = periods.period(work, document.issue_date, lookup, document.number)
    return words_line([document.memo or "", dated.note])
