"""Addresses, headers, properties and values: what the service refuses before it thinks."""

import pytest

from tests.unit.simulators.client import Books, Json, sale


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "customer/1/5"),
        ("GET", "nonsense/1"),
        ("POST", "taxrate"),
        ("DELETE", "customer/1"),
        ("POST", "companyinfo"),
        ("POST", "customer?operation=delete"),
        ("POST", "journalentry?operation=void"),
        ("POST", "payment?operation=void"),
        ("POST", "invoice?operation=update&include=void"),
    ],
)
def test_unsupported_operations_answer_500(books: Books, method: str, path: str) -> None:
    answer = books.call(method, path, {"Id": "1", "SyncToken": "0"} if method == "POST" else None)

    assert (answer.status, answer.code) == (400, "500")


def test_id_that_is_no_number_answers_2030(books: Books) -> None:
    answer = books.call("GET", "customer/1.5")

    assert (answer.status, answer.code) == (400, "2030")


def test_unknown_record_answers_610(books: Books) -> None:
    answer = books.call("GET", "invoice/99999")

    assert (answer.status, answer.code) == (400, "610")


@pytest.mark.parametrize("version", ["76", "latest"])
def test_minor_versions_that_do_not_exist_are_refused(books: Books, version: str) -> None:
    answer = books.call("GET", f"preferences?minorversion={version}")

    assert (answer.status, answer.code) == (400, "2010")


def test_wrong_content_type_answers_1050(books: Books) -> None:
    answer = books.call("POST", "customer", {"DisplayName": "A"}, Content_Type="text/plain")

    assert (answer.status, answer.code) == (400, "1050")


def test_xml_comes_back_unless_json_is_accepted(books: Books) -> None:
    answer = books.call("GET", "preferences", Accept="*/*")

    assert answer.headers["content-type"] == "text/xml"
    assert answer.body.startswith(b"<?xml")


def test_body_that_is_not_utf8_answers_500(books: Books) -> None:
    answer = books.call("POST", "customer", '{"DisplayName": "Müller"}'.encode("latin-1"))

    assert (answer.status, answer.code) == (400, "500")


def test_broken_json_is_a_malformed_request(books: Books) -> None:
    answer = books.call("POST", "customer", b'{"DisplayName": ')

    assert (answer.status, answer.code) == (400, "400")


def test_answers_carry_correlation_id_and_version(books: Books) -> None:
    answer = books.call("GET", "preferences")

    assert answer.headers["intuit_tid"].startswith("1-")
    assert "qbo-version" in answer.headers
    assert answer.headers["content-type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"DisplayName": "A", "Nickname": "B"}, "2010"),
        ({"DisplayName": "A", "BillAddr": {"Street": "B"}}, "2010"),
        ({}, "2020"),
        ({"DisplayName": " "}, "2020"),
        ({"DisplayName": "A:B"}, "2040"),
        ({"DisplayName": "A\tB"}, "2040"),
        ({"DisplayName": "A" * 501}, "2050"),
        ({"DisplayName": "A", "Notes": "n" * 2001}, "2050"),
        ({"DisplayName": "A", "PrimaryPhone": {"FreeFormNumber": "1" * 31}}, "2050"),
        ({"DisplayName": "A", "OpenBalanceDate": "20.11.2026"}, "2060"),
        ({"DisplayName": 7}, "2090"),
        ({"DisplayName": "A", "Taxable": "true"}, "2090"),
        ({"DisplayName": "A", "BillAddr": []}, "2090"),
        ({"DisplayName": "A", "PrimaryEmailAddr": {"Address": "nobody"}}, "2210"),
        ({"DisplayName": "A", "CurrencyRef": {"value": "EUR"}}, "2220"),
        ({"DisplayName": "A", "SalesTermRef": {"value": "99"}}, "2500"),
        ({"DisplayName": "A", "SalesTermRef": {"name": "Net 30"}}, "2020"),
        ({"DisplayName": "A", "Job": True}, "6150"),
    ],
)
def test_bad_customers_are_refused_with_their_code(books: Books, body: Json, code: str) -> None:
    answer = books.post("customer", body)

    assert (answer.status, answer.code) == (400, code)


def test_missing_parameter_is_named_in_element(books: Books) -> None:
    error = books.post("invoice", {"Line": []}).json["Fault"]["Error"][0]

    assert error["element"] == "CustomerRef"
    assert error["Detail"] == "Required parameter CustomerRef is missing in the request"


def test_read_only_values_are_silently_ignored(books: Books) -> None:
    body = {"DisplayName": "A", "FullyQualifiedName": "Other", "Balance": 500, "domain": "QBO"}

    customer = books.create("Customer", body)

    assert (customer["FullyQualifiedName"], customer["Balance"]) == ("A", 0)


def test_money_with_three_places_is_refused(books: Books) -> None:
    body = {"CustomerRef": books.customer(), "Line": [sale(books.item(), 10.005)]}

    assert books.post("invoice", body).code == "2110"


def test_read_only_subscription_answers_6190(books: Books) -> None:
    books.control("PUT", "switches", {"read_only": True})

    assert books.post("customer", {"DisplayName": "A"}).code == "6190"


def test_user_without_rights_answers_5020(books: Books) -> None:
    books.control("PUT", "switches", {"no_permission": True})

    assert books.post("customer", {"DisplayName": "A"}).code == "5020"


def test_company_info_is_read_by_company_id(books: Books) -> None:
    info = books.read("CompanyInfo", books.company)

    assert (info["Country"], info["CompanyAddr"]["Country"]) == ("US", "USA")
    assert books.call("GET", "companyinfo/1").code == "610"
