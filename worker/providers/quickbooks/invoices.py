"""Sales invoices as QuickBooks takes them (Intuit: Invoice)."""

from schemas.invoice import Invoice
from schemas.kinds import Kind
from worker.policies import Numbering
from worker.providers import periods
from worker.providers.lookup import Lookup
from worker.providers.marker import noted, signature
from worker.providers.port import Operation, Work
from worker.providers.quickbooks import checks, names, sales_lines
from worker.providers.quickbooks.tax import taxation
from worker.providers.refusals import Refusal
from worker.providers.texts import cut
from worker.providers.wire import Body

_PRIVATE_NOTE = 4000
_CUSTOMER_MEMO = 1000


def invoice(work: Work, document: Invoice, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken: with all lines."""
    customer = lookup.target(Kind.CUSTOMER, document.customer_id)
    rate = document.exchange_rate
    money = checks.money(document.currency, customer.currency, document.number, lookup, rate)
    dated = periods.period(work, document.issue_date, lookup, document.number)
    tax = taxation(document, lookup)
    number, email = _number(document, lookup), _email(document)
    body: Body = {
        "CustomerRef": {"value": customer.ref},
        "TxnDate": dated.day.isoformat(),
        **number,
        **_memo(work, document),
        "PrivateNote": _note(
            work, document, [dated.note, *_unsaid(document, number, email)], lookup
        ),
        "Line": sales_lines.lines(document.lines, document.currency, tax, lookup),
        **tax.document,
    }
    if due := dated.due(document.due_date):
        body["DueDate"] = due.isoformat()
    if email or work.operation is Operation.UPDATE:
        body["BillEmail"] = email  # an empty one clears it: nobody else shall get the invoice
    return body | money


def _number(document: Invoice, lookup: Lookup) -> Body:
    """None where QuickBooks numbers by itself; the CMMS's number is in the note then."""
    if lookup.company.get("custom_numbers") is False:
        return {}
    if lookup.chart.policies.numbering is Numbering.BOOKS:
        return {}
    return {"DocNumber": names.document_number(document.number)}


def _email(document: Invoice) -> Body:
    """Where the invoice goes to; an address that QuickBooks refuses (2210) holds up no invoice."""
    if not document.billing_email:
        return {}
    try:
        address = checks.email(document.billing_email, "billing_email", document.number)
    except Refusal:
        return {}
    return {"Address": address}


def _unsaid(document: Invoice, number: Body, email: Body) -> list[str]:
    """What the fields of the invoice do not say, or not whole."""
    unsaid = []
    if number.get("DocNumber") != document.number:
        unsaid.append(f"Invoice {document.number} in the CMMS")
    if document.billing_email and not email:
        unsaid.append(f"Billing e-mail in the CMMS: {document.billing_email}")
    return unsaid


def _memo(work: Work, document: Invoice) -> Body:
    """What the customer reads."""
    memo = _message(document)
    if not memo and work.operation is Operation.CREATE:
        return {}
    # A blank clears the memo of a former version; an empty value would count as a missing one.
    return {"CustomerMemo": {"value": cut(memo, _CUSTOMER_MEMO) or " "}}


def _message(document: Invoice) -> str:
    reference = f"Your reference: {document.reference}" if document.reference else ""
    return "\n".join(part for part in (reference, document.memo) if part)


def _note(work: Work, document: Invoice, said: list[str], lookup: Lookup) -> str:
    """What only the bookkeeper sees; a memo that is too long for its field stands here whole."""
    order = f"Work order {document.work_order_id}" if document.work_order_id else ""
    memo = _message(document)
    lines = [order, *said, memo if len(memo) > _CUSTOMER_MEMO else ""]
    signed = signature(Kind.INVOICE, work.record_id, lookup.chart)
    return noted(lines, signed, _PRIVATE_NOTE)
