"""Customers and vendors as QuickBooks takes them (Intuit: Customer, Vendor)."""

from schemas.kinds import Kind
from schemas.party import Address, Party
from worker.providers.lookup import Lookup
from worker.providers.marker import noted, signature
from worker.providers.port import Operation, Work
from worker.providers.quickbooks import checks, names, spilt
from worker.providers.texts import cut
from worker.providers.wire import Body

_NOTES = {Kind.CUSTOMER: 2000, Kind.VENDOR: 1024}
_ADDRESS_LINE = 500
_CITY = 255
_POSTAL_CODE = 30


class _Sheet:
    """A party's body in the making. What does not fit its field goes into the notes.

    A sparse update leaves absent fields as they are, so an update sends what the CMMS left empty
    as an empty string or object: that clears it. (An empty string in an address of e-mail is
    refused as no address, 2210; QuickBooks takes such objects as a whole.)
    """

    def __init__(self, operation: Operation) -> None:
        self.body: Body = {}
        self.spilt: list[str] = []
        self._updating = operation is Operation.UPDATE

    def text(self, field: str, value: str | None, limit: int, label: str = "") -> None:
        """A plain field; with a label, a value that is too long is noted instead of cut."""
        held = self._fitting(value, limit, label)
        if held or self._updating:
            self.body[field] = held

    def wrapped(self, field: str, inner: str, value: str | None, limit: int, label: str) -> None:
        """A field that is an object with one text in it (phones, addresses of the web)."""
        held = self._fitting(value, limit, label)
        if held or self._updating:
            self.body[field] = {inner: held} if held else {}

    def address(self, field: str, address: Address | None) -> None:
        """The whole address: QuickBooks takes the object as a unit."""
        given = address or Address()
        parts = {
            "Line1": cut(given.line1 or "", _ADDRESS_LINE),
            "Line2": cut(given.line2 or "", _ADDRESS_LINE),
            "Line3": cut(given.line3 or "", _ADDRESS_LINE),
            "City": cut(given.city or "", _CITY),
            "CountrySubDivisionCode": cut(given.region or "", _CITY),
            "PostalCode": cut(given.postal_code or "", _POSTAL_CODE),
            "Country": given.country or "",
        }
        held = {name: part for name, part in parts.items() if part}
        if self._updating:
            # Whether parts that are left out are kept is not documented: empty ones are sent. What
            # stood on further lines was told on the third, and comes back there.
            self.body[field] = parts | {"Line4": "", "Line5": ""} if held else {}
        elif held:
            self.body[field] = held

    def _fitting(self, value: str | None, limit: int, label: str) -> str:
        value = (value or "").strip()
        if len(value) > limit and label:
            self.spilt.append(f"{label}: {value}")
            return ""
        return cut(value, limit)


def party(work: Work, document: Party, lookup: Lookup) -> Body:
    """The body of a create, or of a sparse update without Id and SyncToken."""
    sheet = _Sheet(work.operation)
    sheet.body["DisplayName"] = names.unique_name(document.name, work.alias, names.PARTY_NAME)
    sheet.text("GivenName", names.clean(document.given_name or ""), spilt.NAME_PART)
    sheet.text("FamilyName", names.clean(document.family_name or ""), spilt.NAME_PART)
    sheet.text("CompanyName", document.company_name, spilt.NAME_PART)
    address = document.email and checks.email(document.email, "email", document.name)
    sheet.wrapped("PrimaryEmailAddr", "Address", address, checks.EMAIL_LENGTH, "E-mail")
    sheet.wrapped("PrimaryPhone", "FreeFormNumber", document.phone, spilt.PHONE, "Phone")
    sheet.wrapped("Mobile", "FreeFormNumber", document.mobile, spilt.PHONE, "Mobile")
    sheet.wrapped("WebAddr", "URI", document.website, spilt.WEBSITE, "Website")
    sheet.address("BillAddr", document.billing_address)
    if work.kind is Kind.CUSTOMER:
        _customer(sheet, document, lookup)
    else:
        _vendor(sheet, document)
    sheet.body["Notes"] = _notes(work, document, sheet, lookup)
    _state(sheet.body, work, document, lookup)
    return sheet.body


def _customer(sheet: _Sheet, document: Party, lookup: Lookup) -> None:
    sheet.address("ShipAddr", document.shipping_address)
    if document.account_number:
        sheet.spilt.append(f"Account number: {document.account_number}")
    if lookup.company.get("country") == "US":
        sheet.text("ResaleNum", document.tax_number, spilt.RESALE_NUMBER, "Tax number")
        if document.tax_exempt is not None:
            sheet.body["Taxable"] = not document.tax_exempt
    elif document.tax_number:
        # Masked in answers, so it can be neither compared nor cleared blindly.
        sheet.body["PrimaryTaxIdentifier"] = cut(document.tax_number, spilt.TAX_IDENTIFIER)


def _vendor(sheet: _Sheet, document: Party) -> None:
    sheet.text("AcctNum", document.account_number, spilt.NAME_PART, "Account number")
    if document.tax_number and len(document.tax_number) > spilt.TAX_IDENTIFIER:
        sheet.spilt.append(f"Tax number: {document.tax_number}")
    elif document.tax_number:
        sheet.body["TaxIdentifier"] = document.tax_number


def _notes(work: Work, document: Party, sheet: _Sheet, lookup: Lookup) -> str:
    lines = [document.notes or "", *sheet.spilt]
    if sheet.body["DisplayName"] != document.name.strip():
        lines.append(f"{spilt.NAME}: {document.name}")
    return noted(lines, signature(work.kind, work.record_id, lookup.chart), _NOTES[work.kind])


def _state(body: Body, work: Work, document: Party, lookup: Lookup) -> None:
    currency = checks.currency(document.currency, document.name, lookup)
    if work.operation is Operation.UPDATE:
        checks.fixed_currency(work, document.currency, document.name)
        body["Active"] = document.active
    elif currency:
        body["CurrencyRef"] = {"value": currency}  # set once: Intuit ignores or refuses it later
