"""The organisation about itself, and what it may do."""

from __future__ import annotations

from tests.simulators.xero.organisation import Body, Organisation
from tests.simulators.xero.wire import Json

VERSIONS = {"US": "US", "GB": "UK", "AU": "AU", "NZ": "NZ"}
ALLOWED = (
    *("CreateApprovedInvoice", "CreateDraftInvoice", "CreateApprovedBill", "CreateDraftBill"),
    *("CreateInvoicePayment", "AttachFilesIntoInvoice", "CreateDraftPurchaseOrder"),
)


def details(organisation: Organisation) -> Body:
    """GET /Organisation; lock dates are absent while they are not set."""
    return {
        "OrganisationID": organisation.tenant_id,
        "Name": organisation.name,
        "LegalName": organisation.name,
        "PaysTax": True,
        "Version": VERSIONS.get(organisation.country, "GLOBAL"),
        "OrganisationType": "COMPANY",
        "BaseCurrency": organisation.currency,
        "CountryCode": organisation.country,
        "IsDemoCompany": organisation.is_demo,
        "OrganisationStatus": "ACTIVE",
        "FinancialYearEndDay": 31,
        "FinancialYearEndMonth": 12,
        "SalesTaxBasis": "ACCRUALS",
        "SalesTaxPeriod": "QUARTERLY",
        "DefaultSalesTax": "Tax Exclusive",
        "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": organisation.created,
        "OrganisationEntityType": "COMPANY",
        "Timezone": "UTC",
        "ShortCode": f"!{organisation.tenant_id[:5]}",
        "Edition": "BUSINESS",
        "Class": "DEMO" if organisation.is_demo else "PREMIUM",
        "Addresses": [],
        "Phones": [],
        "ExternalLinks": [],
        "PaymentTerms": {},
    } | organisation.settings


def actions(organisation: Organisation) -> Json:
    approves = not organisation.switches.approval_limit
    states = dict.fromkeys(ALLOWED, True) | {"UseMulticurrency": organisation.multicurrency}
    states |= {"CreateApprovedInvoice": approves, "CreateApprovedBill": approves}
    return [
        {"Name": name, "Status": "ALLOWED" if may else "NOT-ALLOWED"}
        for name, may in states.items()
    ]
