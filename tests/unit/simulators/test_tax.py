"""Sales tax: by code, automated, overridden; and outside the US by the code of every line."""

import pytest

from tests.unit.simulators.client import Books, Json, Simulator, cost, sale
from tests.unit.simulators.conftest import open_books


def invoice(books: Books, **changes: Json) -> Json:
    """An invoice that would be accepted, with changes."""
    return {
        "CustomerRef": books.customer(),
        "TxnDate": "2026-11-20",
        "DocNumber": "WO-1",
        "Line": [sale(books.item(), 190, Qty=2, UnitPrice=95)],
    } | changes


def test_tax_is_computed_on_taxable_lines_only(books: Books) -> None:
    item = books.item()
    lines = [sale(item, 48.5, "TAX"), sale(item, 0.44, "TAX"), sale(item, 100)]
    body = invoice(books, Line=lines, TxnTaxDetail={"TxnTaxCodeRef": books.tax_code()})

    made = books.create("Invoice", body)

    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (3.92, 152.86)
    assert made["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"] == 48.94


def test_each_rate_of_a_code_is_rounded_alone(books: Books) -> None:
    code = books.tax_code("County and city")
    body = invoice(
        books, Line=[sale(books.item(), 10.5, "TAX")], TxnTaxDetail={"TxnTaxCodeRef": code}
    )

    made = books.create("Invoice", body)

    assert [row["Amount"] for row in made["TxnTaxDetail"]["TaxLine"]] == [0.64, 0.27]
    assert made["TxnTaxDetail"]["TotalTax"] == 0.91


def test_without_a_document_code_nothing_is_taxed(books: Books) -> None:
    made = books.create("Invoice", invoice(books, Line=[sale(books.item(), 100, "TAX")]))

    assert made["TxnTaxDetail"] == {"TotalTax": 0}


def test_sent_total_tax_overrides_the_computed_one(books: Books) -> None:
    detail = {"TxnTaxCodeRef": books.tax_code(), "TotalTax": 7.99}
    body = invoice(books, Line=[sale(books.item(), 100, "TAX")], TxnTaxDetail=detail)

    made = books.create("Invoice", body)

    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (7.99, 107.99)


def test_automated_tax_replaces_the_code(books: Books) -> None:
    books.control("PUT", "preferences", {"TaxPrefs": {"PartnerTaxEnabled": True}})
    detail = {"TxnTaxCodeRef": books.tax_code("County and city")}
    body = invoice(books, Line=[sale(books.item(), 100, "TAX")], TxnTaxDetail=detail)

    made = books.create("Invoice", body)

    assert made["TxnTaxDetail"]["TotalTax"] == 8
    assert made["TxnTaxDetail"]["TxnTaxCodeRef"] == books.tax_code("State")


def test_company_without_sales_tax_ignores_the_detail(books: Books) -> None:
    books.control("PUT", "preferences", {"TaxPrefs": {"UsingSalesTax": False}})
    detail = {"TxnTaxCodeRef": books.tax_code()}
    body = invoice(books, Line=[sale(books.item(), 100, "TAX")], TxnTaxDetail=detail)

    assert books.create("Invoice", body)["TotalAmt"] == 100


def test_country_outside_needs_a_code_on_every_line(british_books: Books) -> None:
    code = british_books.tax_code("20.0% S")
    detail = {"ItemRef": british_books.item(), "TaxCodeRef": code}
    line = {"Amount": 190, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    bare = {"Amount": 1, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}
    body = invoice(british_books, Line=[line], GlobalTaxCalculation="TaxExcluded")

    made = british_books.create("Invoice", body)

    assert (made["TotalAmt"], made["TxnTaxDetail"]["TotalTax"]) == (228, 38)
    assert british_books.post("invoice", body | {"DocNumber": "2", "Line": [bare]}).code == "6000"


def test_tax_inclusive_lines_keep_their_gross(british_books: Books) -> None:
    detail = {
        "ItemRef": british_books.item(),
        "TaxCodeRef": british_books.tax_code("20.0% S"),
        "TaxInclusiveAmt": 100,
    }
    line = {"Amount": 83.33, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    body = invoice(british_books, Line=[line], GlobalTaxCalculation="TaxInclusive")

    assert british_books.create("Invoice", body)["TotalAmt"] == 100


@pytest.fixture
def automated(books: Books) -> Books:
    """A company in the US whose sales tax QuickBooks works out."""
    books.control("PUT", "preferences", {"TaxPrefs": {"PartnerTaxEnabled": True}})
    return books


def test_automated_tax_takes_a_total_as_it_is_sent(automated: Books) -> None:
    lines = [sale(automated.item(), 100, "TAX"), sale(automated.item(), 50)]
    body = invoice(automated, Line=lines, TxnTaxDetail={"TotalTax": 8.01})

    detail = automated.create("Invoice", body)["TxnTaxDetail"]

    assert (detail["TotalTax"], detail["TaxLine"][0]["Amount"]) == (8.01, 8.01)
    assert detail["TaxLine"][0]["TaxLineDetail"]["NetAmountTaxable"] == 100


def test_override_is_spread_over_the_rates(books: Books) -> None:
    detail = {"TxnTaxCodeRef": books.tax_code("County and city"), "TotalTax": 0.9}
    body = invoice(books, Line=[sale(books.item(), 10.5, "TAX")], TxnTaxDetail=detail)

    rows = books.create("Invoice", body)["TxnTaxDetail"]["TaxLine"]

    assert [row["Amount"] for row in rows] == [0.63, 0.27]


def test_half_a_cent_is_rounded_up(books: Books) -> None:
    detail = {"TxnTaxCodeRef": books.tax_code()}
    body = invoice(books, Line=[sale(books.item(), 0.5625, "TAX")], TxnTaxDetail=detail)

    refused = books.post("invoice", body)
    made = books.create("Invoice", body | {"Line": [sale(books.item(), 0.19, "TAX")] * 3})

    assert (refused.code, made["TxnTaxDetail"]["TotalTax"]) == ("2110", 0.05)


@pytest.mark.parametrize("automatic", [True, False])
def test_total_tax_without_a_taxable_line_is_refused(books: Books, *, automatic: bool) -> None:
    books.control("PUT", "preferences", {"TaxPrefs": {"PartnerTaxEnabled": automatic or None}})
    detail = {"TxnTaxCodeRef": books.tax_code(), "TotalTax": 5}

    assert books.post("invoice", invoice(books, TxnTaxDetail=detail)).code == "6000"


def test_automated_tax_that_is_not_set_up_is_no_tax(books: Books) -> None:
    books.control("PUT", "preferences", {"TaxPrefs": {"PartnerTaxEnabled": False}})
    detail = {"TxnTaxCodeRef": books.tax_code()}
    body = invoice(books, Line=[sale(books.item(), 100, "TAX")], TxnTaxDetail=detail)

    assert books.create("Invoice", body)["TxnTaxDetail"] == {"TotalTax": 0}


def test_update_without_the_detail_computes_tax_again(books: Books) -> None:
    detail = {"TxnTaxCodeRef": books.tax_code(), "TotalTax": 7.99}
    body = invoice(books, Line=[sale(books.item(), 100, "TAX")], TxnTaxDetail=detail)
    made = books.create("Invoice", body)

    new = books.change("Invoice", made["Id"], Line=[sale(books.item(), 200, "TAX")])

    assert new.json["Invoice"]["TxnTaxDetail"]["TotalTax"] == 16


def abroad(books: Books, amount: float, code: str, **detail: Json) -> Json:
    """A line of an invoice outside the US."""
    return sale(books.item(), amount, books.tax_code(code)["value"], **detail)


def test_excluded_tax_is_rounded_per_rate_over_all_lines(british_books: Books) -> None:
    lines = [abroad(british_books, 0.13, code) for code in ("20.0% S", "20.0% S", "5.0% R")]

    made = british_books.create("Invoice", invoice(british_books, Line=lines))

    rows = made["TxnTaxDetail"]["TaxLine"]
    assert [(row["Amount"], row["TaxLineDetail"]["NetAmountTaxable"]) for row in rows] == [
        (0.05, 0.26),
        (0.01, 0.13),
    ]
    assert (made["GlobalTaxCalculation"], made["TotalAmt"]) == ("TaxExcluded", 0.45)


def test_not_applicable_is_no_tax_and_takes_no_detail(british_books: Books) -> None:
    lines = [abroad(british_books, 100, "20.0% S")]
    body = invoice(british_books, Line=lines, GlobalTaxCalculation="NotApplicable")

    made = british_books.create("Invoice", body)
    detail = {"TxnTaxDetail": {"TotalTax": 0}, "DocNumber": "2"}

    assert made["TotalAmt"] == 100
    assert british_books.post("invoice", body | detail).code == "6170"


@pytest.mark.parametrize(("gross", "status"), [(100.01, 200), (99.99, 200), (100.04, 400)])
def test_inclusive_amount_agrees_with_the_net_one(
    british_books: Books, gross: float, status: int
) -> None:
    lines = [abroad(british_books, 83.33, "20.0% S", TaxInclusiveAmt=gross)]
    body = invoice(british_books, Line=lines, GlobalTaxCalculation="TaxInclusive")

    assert british_books.post("invoice", body).status == status


def test_inclusive_amount_left_out_is_worked_out(british_books: Books) -> None:
    lines = [abroad(british_books, 83.33, "20.0% S")]
    body = invoice(british_books, Line=lines, GlobalTaxCalculation="TaxInclusive")

    made = british_books.create("Invoice", body)

    assert made["Line"][0]["SalesItemLineDetail"]["TaxInclusiveAmt"] == made["TotalAmt"] == 100


def test_gross_of_several_rates_is_taxed_once(simulator: Simulator) -> None:
    parts = [{"name": "GST", "rate": "5"}, {"name": "QST", "rate": "9.975"}]
    books = open_books(simulator, {"country": "CA", "taxes": [{"name": "QC", "parts": parts}]})
    lines = [abroad(books, 100, "QC", TaxInclusiveAmt=114.98)]
    body = invoice(books, Line=lines, GlobalTaxCalculation="TaxInclusive")

    made = books.create("Invoice", body)

    assert [row["Amount"] for row in made["TxnTaxDetail"]["TaxLine"]] == [5, 9.98]
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"]) == (14.98, 114.98)


def test_complete_tax_lines_override(british_books: Books) -> None:
    lines = [abroad(british_books, 100, "20.0% S")]
    made = british_books.create("Invoice", invoice(british_books, Line=lines))
    row = made["TxnTaxDetail"]["TaxLine"][0] | {"Amount": 20.01}
    detail = {"TotalTax": 20.01, "TaxLine": [row]}

    new = british_books.change("Invoice", made["Id"], TxnTaxDetail=detail).json["Invoice"]

    assert (new["TxnTaxDetail"]["TotalTax"], new["TotalAmt"]) == (20.01, 120.01)


@pytest.mark.parametrize(("total", "rate", "code"), [(20.01, "99", "6470"), (20.02, None, "6000")])
def test_inconsistent_tax_lines_are_refused(
    british_books: Books, total: float, rate: str | None, code: str
) -> None:
    lines = [abroad(british_books, 100, "20.0% S")]
    made = british_books.create("Invoice", invoice(british_books, Line=lines))
    row = made["TxnTaxDetail"]["TaxLine"][0] | {"Amount": 20.01}
    if rate:
        row["TaxLineDetail"]["TaxRateRef"] = {"value": rate}

    detail = {"TotalTax": total, "TaxLine": [row]}

    assert british_books.change("Invoice", made["Id"], TxnTaxDetail=detail).code == code


def test_total_alone_does_not_override_abroad(british_books: Books) -> None:
    lines = [abroad(british_books, 100, "20.0% S")]
    body = invoice(british_books, Line=lines, TxnTaxDetail={"TotalTax": 20.01})

    assert british_books.create("Invoice", body)["TotalAmt"] == 120


def test_unknown_and_inactive_codes_are_refused(british_books: Books) -> None:
    number = british_books.tax_code("5.0% R")["value"]
    british_books.control("PUT", f"entities/TaxCode/{number}", {"Active": False})
    body = invoice(british_books)
    lines = [[sale(british_books.item(), 1, code)] for code in ("99", number)]

    codes = [british_books.post("invoice", body | {"Line": line}).code for line in lines]

    assert codes == ["2500", "610"]


def test_codes_become_inactive_and_come_back(british_books: Books) -> None:
    number = british_books.tax_code("5.0% R")["value"]

    british_books.control("PUT", f"entities/TaxCode/{number}", {"Active": False})
    names = [row["Name"] for row in british_books.rows("SELECT * FROM TaxCode")]
    british_books.control("PUT", f"entities/TaxCode/{number}", {"Active": True})

    assert "5.0% R" not in names
    assert british_books.read("TaxCode", number)["SyncToken"] == "2"


def test_purchases_use_their_own_rates(simulator: Simulator) -> None:
    taxes = [{"name": "Both", "rate": "10"}, {"name": "Sales", "rate": "10", "purchases": False}]
    books = open_books(simulator, {"country": "AU", "taxes": taxes})
    bought = [cost(books.account("Fuel"), 50, TaxCodeRef=books.tax_code("Both"))]
    body = {"VendorRef": books.vendor(), "Line": bought, "GlobalTaxCalculation": "TaxExcluded"}

    made = books.create("Bill", body)
    wrong = [cost(books.account("Fuel"), 50, TaxCodeRef=books.tax_code("Sales"))]

    rate = made["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["TaxRateRef"]["value"]
    assert books.read("TaxRate", rate)["Name"] == "Both (purchases)"
    assert (made["TotalAmt"], books.post("bill", body | {"Line": wrong}).code) == (55, "6470")


def test_inclusive_bill_costs_its_gross(british_books: Books) -> None:
    code = british_books.tax_code("20.0% S")
    line = cost(british_books.account("Fuel"), 50, TaxCodeRef=code, TaxInclusiveAmt=60)
    body = {"VendorRef": british_books.vendor(), "Line": [line]}

    made = british_books.create("Bill", body | {"GlobalTaxCalculation": "TaxInclusive"})

    assert (made["TotalAmt"], made["Balance"]) == (60, 60)


def test_bill_without_a_code_on_a_line_is_refused(british_books: Books) -> None:
    lines = [cost(british_books.account("Fuel"), 50)]
    body = {"VendorRef": british_books.vendor(), "Line": lines}

    taken = british_books.post("bill", body | {"GlobalTaxCalculation": "NotApplicable"})

    assert (british_books.post("bill", body).code, taken.status) == ("6000", 200)
