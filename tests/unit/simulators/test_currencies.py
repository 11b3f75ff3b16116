"""Several currencies: parties, documents, accounts, rates."""

import pytest

from tests.unit.simulators.client import Books, Json, applied, cost, sale

EURO = {"CurrencyRef": {"value": "EUR"}}


def invoice(books: Books, customer: Json, **changes: Json) -> Json:
    return {"CustomerRef": customer, "Line": [sale(books.item(), 190)]} | changes


@pytest.fixture
def books(multicurrency_books: Books) -> Books:
    """A company at home in US dollars that has other currencies on."""
    return multicurrency_books


@pytest.fixture
def foreign(books: Books) -> Json:
    """A customer in euros."""
    return {"value": books.create("Customer", {"DisplayName": "Quai"} | EURO)["Id"]}


@pytest.fixture
def supplier(books: Books) -> Json:
    """A vendor in euros."""
    return {"value": books.create("Vendor", {"DisplayName": "Fabrik"} | EURO)["Id"]}


def test_documents_carry_their_partys_currency(books: Books, foreign: Json) -> None:
    codes = [
        books.post("invoice", invoice(books, foreign)).code,
        books.post("invoice", invoice(books, foreign, CurrencyRef={"value": "USD"})).code,
    ]
    made = books.create("Invoice", invoice(books, foreign, **EURO, ExchangeRate=1.1))

    assert codes == ["2020", "2220"]
    assert (made["HomeTotalAmt"], made["HomeBalance"]) == (209, 209)
    assert made["CurrencyRef"] == {"value": "EUR", "name": "Euro"}


@pytest.mark.parametrize("kind", ["Customer", "Vendor"])
def test_currency_of_a_party_is_fixed_when_it_is_made(books: Books, kind: str) -> None:
    number = books.create(kind, {"DisplayName": "Quai"} | EURO)["Id"]

    changed = books.change(kind, number, CurrencyRef={"value": "USD"})
    same = books.change(kind, number, **EURO)

    assert (changed.code, same.json[kind]["CurrencyRef"]["value"]) == ("2220", "EUR")


def test_unknown_currencies_are_refused(books: Books) -> None:
    body = {"DisplayName": "A", "CurrencyRef": {"value": "XYZ"}}

    assert books.post("customer", body).code == "2220"


def test_without_several_currencies_only_home_is_taken(books: Books) -> None:
    books.control("PUT", "preferences", {"CurrencyPrefs": {"MultiCurrencyEnabled": False}})
    customer = books.customer()

    codes = [
        books.post("customer", {"DisplayName": "A"} | EURO).code,
        books.post("invoice", invoice(books, customer, **EURO)).code,
    ]
    home = books.create("Invoice", invoice(books, customer, CurrencyRef={"value": "USD"}))

    assert codes == ["2220", "2220"]
    assert ("ExchangeRate" in home, "HomeTotalAmt" in home) == (False, False)


def test_home_currency_has_the_rate_one(books: Books) -> None:
    home = {"CurrencyRef": {"value": "USD"}, "ExchangeRate": 3}

    made = books.create("Invoice", invoice(books, books.customer(), **home))

    assert (made["ExchangeRate"], made["HomeTotalAmt"]) == (1, 190)


@pytest.mark.parametrize("rate", [0, -1])
def test_exchange_rate_is_positive(books: Books, foreign: Json, rate: int) -> None:
    body = invoice(books, foreign, **EURO, ExchangeRate=rate)

    assert books.post("invoice", body).code == "2070"


def test_payment_lowers_both_balances(books: Books, foreign: Json) -> None:
    made = books.create("Invoice", invoice(books, foreign, **EURO, ExchangeRate=1.1))
    lines = [applied(90, made["Id"])]
    body = {"CustomerRef": foreign, "TotalAmt": 90, "Line": lines}

    refused = books.post("payment", body)
    books.create("Payment", body | EURO)

    again = books.read("Invoice", made["Id"])
    assert (refused.code, again["Balance"], again["HomeBalance"]) == ("2020", 100, 110)


def test_voiding_zeroes_home_amounts(books: Books, foreign: Json) -> None:
    made = books.create("Invoice", invoice(books, foreign, **EURO))

    books.remove("Invoice", made["Id"], by="operation=void")

    again = books.read("Invoice", made["Id"])
    assert (again["HomeTotalAmt"], again["HomeBalance"], again["Balance"]) == (0, 0, 0)


def test_first_party_in_a_currency_brings_its_account(books: Books, supplier: Json) -> None:
    books.create("Vendor", {"DisplayName": "Second"} | EURO)

    text = "SELECT * FROM Account WHERE AccountType = 'Accounts Payable'"
    found = [(row["Name"], row["CurrencyRef"]["value"]) for row in books.rows(text)]

    assert found == [("Accounts Payable (A/P)", "USD"), ("Accounts Payable (A/P) - EUR", "EUR")]


def test_bill_is_owed_on_the_account_of_its_currency(books: Books, supplier: Json) -> None:
    body = {"VendorRef": supplier, "Line": [cost(books.account("Fuel"), 50)]} | EURO
    wrong = {"APAccountRef": books.account("Accounts Payable (A/P)")}

    made = books.create("Bill", body | {"ExchangeRate": 1.2})

    assert made["APAccountRef"]["name"] == "Accounts Payable (A/P) - EUR"
    assert (made["HomeBalance"], "HomeTotalAmt" in made) == (60, False)
    assert books.post("bill", body | wrong).code == "2220"


def test_receivable_account_holds_the_currency_of_the_sale(books: Books, foreign: Json) -> None:
    home = {"ARAccountRef": books.account("Accounts Receivable (A/R)")}
    own = {"ARAccountRef": books.account("Accounts Receivable (A/R) - EUR")}

    codes = [books.post("invoice", invoice(books, foreign, **EURO) | home).code]
    made = books.create("Invoice", invoice(books, foreign, **EURO) | own)

    assert (codes, made["ARAccountRef"]["value"]) == (["2220"], own["ARAccountRef"]["value"])


def test_bank_takes_its_own_currency_and_the_home_bank_any(books: Books, foreign: Json) -> None:
    pounds = {"Name": "Pounds", "AccountType": "Bank", "CurrencyRef": {"value": "GBP"}}
    other = {"value": books.create("Account", pounds)["Id"]}
    body = {"CustomerRef": foreign, "TotalAmt": 10} | EURO

    refused = books.post("payment", body | {"DepositToAccountRef": other})
    taken = books.post("payment", body | {"DepositToAccountRef": books.account("Checking")})

    assert (refused.code, taken.status) == ("2220", 200)


def test_check_is_drawn_on_a_fitting_bank(books: Books, supplier: Json) -> None:
    lines = [cost(books.account("Fuel"), 50)]
    bill = books.create("Bill", {"VendorRef": supplier, "Line": lines} | EURO)
    pounds = {"Name": "Pounds", "AccountType": "Bank", "CurrencyRef": {"value": "GBP"}}
    other = {"value": books.create("Account", pounds)["Id"]}
    body = {"VendorRef": supplier, "PayType": "Check", "TotalAmt": 50} | EURO
    body |= {"Line": [applied(50, bill["Id"], "Bill")]}

    codes = [
        books.post("billpayment", body | {"CheckPayment": {"BankAccountRef": account}}).status
        for account in (other, books.account("Checking"))
    ]

    assert codes == [400, 200]
