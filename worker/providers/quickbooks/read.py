"""QuickBooks' records in our words: accounts, taxes, payments, invoices, the company."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from schemas.kinds import Kind
from worker.providers.marker import marked
from worker.providers.port import Company, InvoiceSeen, LedgerRecord, PaymentSeen
from worker.providers.quickbooks.matching import digest
from worker.providers.quickbooks.tax import AUTOMATED, GLOBAL, MANUAL, NONE
from worker.providers.wire import Body, amount, ref, rows

_SALES, _PURCHASES = "SalesTaxRateList", "PurchaseTaxRateList"


def account(record: Body) -> LedgerRecord:
    """An account; `data` is the contract's, with the subtype."""
    data = {
        "ref": str(record["Id"]),
        "code": record.get("AcctNum"),
        "name": record["Name"],
        "full_name": record.get("FullyQualifiedName", record["Name"]),
        "type": record.get("AccountType", ""),
        "subtype": record.get("AccountSubType", ""),
        "classification": record.get("Classification", ""),
        "currency": ref(record, "CurrencyRef"),
        "active": _active(record),
    }
    return LedgerRecord(
        "account",
        str(record["Id"]),
        record["Name"],
        _active(record),
        data,
        code=record.get("AcctNum"),
        sync_token=record.get("SyncToken"),
    )


def tax_codes(codes: Sequence[Body], rates: Sequence[Body], today: date) -> Iterator[LedgerRecord]:
    """Tax codes, each with the sums of its rates that are in effect today."""
    in_effect = {str(rate["Id"]): _in_effect(rate, today) for rate in rates}
    for code in codes:
        sales, purchases = _rates_of(code, _SALES), _rates_of(code, _PURCHASES)
        rate = sum((in_effect.get(one, Decimal(0)) for one in sales), Decimal(0))
        bought = sum((in_effect.get(one, Decimal(0)) for one in purchases), Decimal(0))
        taxable = code.get("Taxable") is not False
        yield _tax(
            code,
            kind="code",
            # A code such as TAX has no rates of its own: another one decides what it comes to.
            rate=_plain(rate) if sales else (None if taxable else "0"),
            sales=bool(sales) or not purchases,
            purchases=bool(purchases),
            purchase_rate=_plain(bought) if purchases else (None if taxable else "0"),
        )


def tax_rates(rates: Sequence[Body], codes: Sequence[Body], today: date) -> Iterator[LedgerRecord]:
    """Tax rates, each with where the codes use it."""
    sales = {one for code in codes for one in _rates_of(code, _SALES)}
    purchases = {one for code in codes for one in _rates_of(code, _PURCHASES)}
    for rate in rates:
        number = str(rate["Id"])
        yield _tax(
            rate,
            kind="rate",
            rate=_plain(_in_effect(rate, today)),
            sales=number in sales,
            purchases=number in purchases,
        )


def payment_seen(record: Body) -> PaymentSeen:
    """A payment of customers' money; a deleted or voided one applies nothing any more."""
    reversed_ = record.get("status") == "Deleted" or is_voided(record)
    applied: dict[str, Decimal] = {}
    for line in rows(record.get("Line")):
        for link in rows(line.get("LinkedTxn")):
            if link.get("TxnType") == "Invoice" and not reversed_:
                invoice = str(link["TxnId"])
                applied[invoice] = applied.get(invoice, Decimal(0)) + amount(line, "Amount")
    method = record.get("PaymentMethodRef")
    return PaymentSeen(
        ref=str(record["Id"]),
        date=date.fromisoformat(record["TxnDate"]) if "TxnDate" in record else None,
        amount=amount(record, "TotalAmt"),
        currency=ref(record, "CurrencyRef") or "",
        applied=applied,
        unapplied=amount(record, "UnappliedAmt"),
        customer=ref(record, "CustomerRef"),
        method=method.get("name") if isinstance(method, dict) else None,
        reference=record.get("PaymentRefNum"),
        marker=marked(record.get("PrivateNote")),
        digest=digest(Kind.PAYMENT, record),
        reversed=reversed_,
    )


def invoice_seen(record: Body) -> InvoiceSeen:
    """How an invoice or bill stands; a voided one has a balance of 0, too, so that comes first."""
    total, balance = amount(record, "TotalAmt"), amount(record, "Balance")
    if record.get("status") == "Deleted" or is_voided(record):
        status = "voided"
    elif balance == 0 and total != 0:
        status = "paid"
    else:
        status = "partially_paid" if balance < total else "open"
    party = ref(record, "CustomerRef") or ref(record, "VendorRef")
    return InvoiceSeen(str(record["Id"]), total, balance, status, record.get("SyncToken"), party)


def is_voided(record: Body) -> bool:
    """A voided transaction keeps its number; its amounts are 0 and its note says so."""
    note = str(record.get("PrivateNote", ""))
    return amount(record, "TotalAmt") == 0 and note.startswith("Voided")


def company(company_id: str, info: Body, preferences: Body) -> Company:
    """The company, with the preferences that translation needs."""
    country = str(info.get("Country", ""))
    country = {"USA": "US", "CAN": "CA", "GBR": "GB", "AUS": "AU"}.get(country, country)
    named = {str(pair.get("Name")): pair.get("Value") for pair in rows(info.get("NameValue"))}
    known = {
        "name": str(info.get("CompanyName", "")),
        "country": country,
        "subscription": named.get("SubscriptionStatus"),
        "offering": named.get("OfferingSku"),
        "legal_name": info.get("LegalName"),
    }
    return preferred(company_id, known, preferences)


def preferred(company_id: str, known: Mapping[str, object], preferences: Body) -> Company:
    """The same with what is known of the company otherwise."""
    currencies = preferences.get("CurrencyPrefs") or {}
    accounting = preferences.get("AccountingInfoPrefs") or {}
    name, country = str(known.get("name", "")), str(known.get("country", ""))
    currency = ref(currencies, "HomeCurrency") or ""
    data = {key: value for key, value in known.items() if key != "name"} | {
        "currency": currency,
        "multicurrency": currencies.get("MultiCurrencyEnabled") is True,
        "tax": _tax_mode(country, preferences.get("TaxPrefs") or {}),
        "closed_until": accounting.get("BookCloseDate"),
        "custom_numbers": (preferences.get("SalesFormsPrefs") or {}).get("CustomTxnNumbers"),
        "stock": (preferences.get("ProductAndServicesPrefs") or {}).get("QuantityOnHand"),
    }
    return Company(company_id, name, currency, country, data)


def _tax_mode(country: str, preferences: Mapping[str, object]) -> str:
    if country != "US":
        return GLOBAL
    if preferences.get("UsingSalesTax") is not True:
        return NONE
    return AUTOMATED if preferences.get("PartnerTaxEnabled") is True else MANUAL


def _tax(
    record: Body,
    *,
    kind: str,
    rate: str | None,
    sales: bool,
    purchases: bool,
    purchase_rate: str | None = None,
) -> LedgerRecord:
    data = {
        "ref": str(record["Id"]),
        "name": record["Name"],
        "rate": rate,
        "kind": kind,
        "active": _active(record),
        "sales": sales,
        "purchases": purchases,
        "purchase_rate": purchase_rate,
    }
    number, name = str(record["Id"]), record["Name"]
    token = record.get("SyncToken")
    return LedgerRecord(f"tax_{kind}", number, name, _active(record), data, sync_token=token)


def _rates_of(code: Body, name: str) -> list[str]:
    held = code.get(name)
    details = rows(held.get("TaxRateDetail")) if isinstance(held, dict) else []
    return [rate for detail in details if (rate := ref(detail, "TaxRateRef"))]


def _in_effect(rate: Body, today: date) -> Decimal:
    """The percentage that covers the day: rates change, and old documents keep the old ones."""
    day = today.isoformat()
    for entry in rows(rate.get("EffectiveTaxRate")):
        begins, ends = str(entry.get("EffectiveDate", ""))[:10], str(entry.get("EndDate", ""))[:10]
        if begins <= day and (not ends or day <= ends):
            return amount(entry, "RateValue")
    return amount(rate, "RateValue")


def _plain(rate: Decimal) -> str:
    return format(rate.normalize(), "f")


def _active(record: Body) -> bool:
    return record.get("Active") is not False
