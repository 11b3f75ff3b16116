"""The fields that we map, as they stand in QuickBooks' records: what is hashed and compared.

Never balances, links, quantities on hand or what answers mask: they change by themselves.
"""

from collections.abc import Mapping

from schemas.kinds import Kind
from worker.providers.comparison import Spec

_REF: Spec = {"value": None}
_EMAIL: Spec = {"Address": None}
_PHONE: Spec = {"FreeFormNumber": None}
_ADDRESS: Spec = dict.fromkeys(
    ("Line1", "Line2", "Line3", "City", "CountrySubDivisionCode", "PostalCode", "Country")
)

_PARTY: Spec = {
    "DisplayName": None,
    "GivenName": None,
    "FamilyName": None,
    "CompanyName": None,
    "PrimaryEmailAddr": _EMAIL,
    "PrimaryPhone": _PHONE,
    "Mobile": _PHONE,
    "WebAddr": {"URI": None},
    "BillAddr": _ADDRESS,
    "Notes": None,
    "Active": None,
    "CurrencyRef": _REF,
}
_TRANSACTION: Spec = {
    "TxnDate": None,
    "DocNumber": None,
    "PrivateNote": None,
    "CurrencyRef": _REF,
}
_LINE: Spec = {"DetailType": None, "Description": None, "Amount": None}

MAPPED: Mapping[Kind, Spec] = {
    Kind.CUSTOMER: {**_PARTY, "ShipAddr": _ADDRESS, "ResaleNum": None, "Taxable": None},
    Kind.VENDOR: {**_PARTY, "AcctNum": None},
    Kind.ITEM: {
        "Name": None,
        "Type": None,
        "Sku": None,
        "Description": None,
        "PurchaseDesc": None,
        "UnitPrice": None,
        "PurchaseCost": None,
        "IncomeAccountRef": _REF,
        "ExpenseAccountRef": _REF,
        "AssetAccountRef": _REF,
        "Taxable": None,
        "SalesTaxCodeRef": _REF,
        "Active": None,
    },
    Kind.INVOICE: {
        **_TRANSACTION,
        "CustomerRef": _REF,
        "DueDate": None,
        "CustomerMemo": _REF,
        "BillEmail": _EMAIL,
        "TxnTaxDetail": {"TxnTaxCodeRef": _REF},
        "Line": {
            **_LINE,
            "SalesItemLineDetail": {
                "ItemRef": _REF,
                "Qty": None,
                "UnitPrice": None,
                "TaxCodeRef": _REF,
                "ServiceDate": None,
            },
            "DiscountLineDetail": {"PercentBased": None, "DiscountPercent": None},
        },
    },
    Kind.PURCHASE_INVOICE: {
        **_TRANSACTION,
        "VendorRef": _REF,
        "DueDate": None,
        "GlobalTaxCalculation": None,
        "Line": {
            **_LINE,
            "ItemBasedExpenseLineDetail": {
                "ItemRef": _REF,
                "Qty": None,
                "UnitPrice": None,
                "TaxCodeRef": _REF,
            },
            "AccountBasedExpenseLineDetail": {"AccountRef": _REF, "TaxCodeRef": _REF},
        },
    },
    Kind.PAYMENT: {
        **_TRANSACTION,
        "CustomerRef": _REF,
        "TotalAmt": None,
        "PaymentRefNum": None,
        "DepositToAccountRef": _REF,
        "Line": {"Amount": None, "LinkedTxn": {"TxnId": None, "TxnType": None}},
    },
    Kind.EXPENSE: {
        **_TRANSACTION,
        "Line": {
            **_LINE,
            "JournalEntryLineDetail": {
                "PostingType": None,
                "AccountRef": _REF,
                "Entity": {"Type": None, "EntityRef": _REF},
            },
        },
    },
}

UNCOMPARED = frozenset(
    {
        "Id",
        "SyncToken",
        "sparse",
        "QtyOnHand",  # moves with every document
        "ExchangeRate",  # QuickBooks fills and rounds it
        "TaxIdentifier",  # masked in answers
        "PrimaryTaxIdentifier",  # masked in answers
    }
)

NAMES: Mapping[str, str] = {
    "DisplayName": "name",
    "Name": "name",
    "GivenName": "given_name",
    "FamilyName": "family_name",
    "CompanyName": "company_name",
    "PrimaryEmailAddr": "email",
    "PrimaryPhone": "phone",
    "Mobile": "mobile",
    "WebAddr": "website",
    "BillAddr": "billing_address",
    "ShipAddr": "shipping_address",
    "ResaleNum": "tax_number",
    "TaxIdentifier": "tax_number",
    "Taxable": "taxable",
    "AcctNum": "account_number",
    "Notes": "notes",
    "Active": "active",
    "CurrencyRef": "currency",
    "Sku": "sku",
    "Type": "type",
    "Description": "description",
    "PurchaseDesc": "purchase_description",
    "UnitPrice": "sales_price",
    "PurchaseCost": "purchase_cost",
    "IncomeAccountRef": "income_account",
    "ExpenseAccountRef": "expense_account",
    "AssetAccountRef": "asset_account",
    "QtyOnHand": "quantity_on_hand",
    "InvStartDate": "as_of",
    "DocNumber": "number",
    "TxnDate": "date",
    "DueDate": "due_date",
    "CustomerRef": "customer",
    "VendorRef": "vendor",
    "TotalAmt": "amount",
    "PaymentRefNum": "reference",
    "DepositToAccountRef": "account",
    "CustomerMemo": "memo",
    "PrivateNote": "note",
    "BillEmail": "billing_email",
    "TxnTaxDetail": "tax_code",
    "Line": "lines",
}
"""What the contract calls QuickBooks' fields."""
