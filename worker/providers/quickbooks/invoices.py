"""Sales invoices as QuickBooks takes them (Intuit: Invoice)."""

from schemas.invoice import Invoice, InvoiceLine
from schemas.kinds import Kind
from worker.providers.lookup import Account, Cause, Lookup
from worker.providers.port import Operation, Work
from worker.providers.quickbooks import checks, names
from worker.providers.quickbooks.marker import noted, signature
from worker.providers.quickbooks.prices import Priced, priced
from worker.providers.quickbooks.tax import taxation
from worker.providers.quickbooks.wire import Body

_PRIVATE_NOTE = 4000
_CUSTOMER_MEMO = 1000
_DESCRIPTION = 4000


def invoice(work: Work, document: Invoice, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken: with all lines."""
    customer = lookup.target(Kind.CUSTOMER, document.customer_id)
    currency = checks.currency(document.currency, document.number, lookup)
    checks.same_currency(document.currency, customer.currency, document.number)
    tax = taxation(document, lookup)
    lines = [
        part
        for line, code in zip(document.lines, tax.lines, strict=True)
        for part in _lines(line, code, document.currency, lookup)
    ]
    body: Body = {
        "CustomerRef": {"value": customer.ref},
        "TxnDate": document.issue_date.isoformat(),
        **_number(document, lookup),
        **_texts(work, document, lookup),
        "Line": lines,
        **tax.document,
    }
    if document.due_date:
        body["DueDate"] = document.due_date.isoformat()
    if document.billing_email:
        address = checks.email(document.billing_email, "billing_email", document.number)
        body["BillEmail"] = {"Address": address}
    elif work.operation is Operation.UPDATE:
        body["BillEmail"] = {}  # clears it: nobody else shall get the invoice
    if currency:
        body["CurrencyRef"] = {"value": currency}
        foreign = currency != lookup.company.get("currency")
        if foreign and document.exchange_rate is not None:
            body["ExchangeRate"] = document.exchange_rate
    return body


def _number(document: Invoice, lookup: Lookup) -> Body:
    if lookup.company.get("custom_numbers") is False:
        return {}  # QuickBooks numbers by itself; the CMMS's number is in the note
    if len(document.number) > names.DOC_NUMBER:
        limits = {"number": document.number, "limit": str(names.DOC_NUMBER)}
        raise checks.refuse("number_too_long", limits)
    return {"DocNumber": document.number}


def _texts(work: Work, document: Invoice, lookup: Lookup) -> Body:
    """What the customer reads (reference, memo), and the note that only the bookkeeper sees."""
    reference = f"Your reference: {document.reference}" if document.reference else ""
    memo = "\n".join(part for part in (reference, document.memo) if part)
    notes = [f"Work order {document.work_order_id}" if document.work_order_id else ""]
    if lookup.company.get("custom_numbers") is False:
        notes.append(f"Invoice {document.number} in the CMMS")
    if len(memo) > _CUSTOMER_MEMO:
        notes.append(memo)
    note = noted(notes, signature(Kind.INVOICE, work.record_id, lookup.chart), _PRIVATE_NOTE)
    if not memo and work.operation is Operation.CREATE:
        return {"PrivateNote": note}
    # A blank clears the memo of a former version; an empty value would count as a missing one.
    shown = names.cut(memo, _CUSTOMER_MEMO) or " "
    return {"CustomerMemo": {"value": shown}, "PrivateNote": note}


def _lines(line: InvoiceLine, code: str | None, currency: str, lookup: Lookup) -> list[Body]:
    if line.item_id is None and line.account is None and line.net(currency) == 0:
        return [{"DetailType": "DescriptionOnly", "Description": _description(line)}]
    if line.item_id is not None:
        item = lookup.ref(Kind.ITEM, line.item_id)
    else:
        item = lookup.sales_item(_sales_account(line, lookup))
    return [_sale(line, figures, item, code) for figures in priced(line, currency)]


def _sales_account(line: InvoiceLine, lookup: Lookup) -> Account:
    """What a line without item is booked to: our item for it takes an income account only."""
    account = lookup.account(line.account, "sales")
    cause = Cause("account", line.account) if line.account else Cause("mapping", "sales")
    checks.fitting(account, checks.INCOME, cause)
    return account


def _sale(line: InvoiceLine, figures: Priced, item: str, code: str | None) -> Body:
    detail: Body = {
        "ItemRef": {"value": item},
        "Qty": figures.quantity,
        "UnitPrice": figures.price,
    }
    if code is not None:
        detail["TaxCodeRef"] = {"value": code}
    if line.service_date is not None:
        detail["ServiceDate"] = line.service_date.isoformat()
    sale: Body = {
        "Amount": figures.amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }
    description = _description(line)
    return {"Description": description, **sale} if description else sale


def _description(line: InvoiceLine) -> str:
    text = line.description or ""
    if line.discount and line.unit_price is not None:
        percent = line.discount.normalize()
        text = f"{text} (list price {line.unit_price:f}, less {percent:f} %)".strip()
    return names.cut(text, _DESCRIPTION)
