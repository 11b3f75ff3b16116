"""The query language."""

import json

import pytest

from tests.unit.simulators.client import Books, sale


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("SELECT Id FROM Customer", "4000"),
        ("SELECT * FROM Customer WHERE", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'a' OR Notes = 'b'", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'O'Neil'", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 5", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'a' AND", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'Kowalski \u0142'", "4000"),
        ("SELECT * FROM Customer WHERE DisplayName = 'O\u2019Neil'", "4000"),
        ("SELECT * FROM Customer MAXRESULTS 5 MAXRESULTS 5", "4000"),
        ("SELECT * FROM Nonsense", "4001"),
        ("SELECT * FROM Customer WHERE BillAddr = 'x'", "4001"),
        ("SELECT * FROM Customer WHERE Nickname = 'x'", "4001"),
        ("SELECT * FROM Invoice WHERE Line = 'x'", "4001"),
        ("SELECT * FROM Invoice WHERE DepartmentRef = '1'", "4001"),
        ("SELECT * FROM Customer ORDERBY BillAddr.City", "4001"),
        ("SELECT * FROM Customer WHERE Id > '5'", "4001"),
        ("SELECT * FROM Customer STARTPOSITION 0", "4001"),
        ("SELECT * FROM Customer MAXRESULTS 1001", "4001"),
        ("SELECT * FROM Invoice WHERE TotalAmt > 'many'", "4001"),
    ],
)
def test_bad_queries_are_refused_with_their_code(books: Books, text: str, code: str) -> None:
    answer = books.query(text)

    assert (answer.status, answer.code) == (400, code)


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("DisplayName = 'cool cars'", ["Cool Cars"]),
        ("DisplayName LIKE '%Bird%'", ["Amy's Bird Sanctuary"]),
        ("DisplayName = 'Amy\\'s Bird Sanctuary'", ["Amy's Bird Sanctuary"]),
        ("DisplayName IN ('Cool Cars', 'Nobody')", ["Cool Cars"]),
        ("DisplayName > 'D' AND Active = true", ["Weiskopf Consulting"]),
        ("Balance <= '0' AND DisplayName LIKE 'Cool%'", ["Cool Cars"]),
        ("MetaData.LastUpdatedTime > '2099-01-01T00:00:00-08:00'", []),
    ],
)
def test_conditions_find_their_records(books: Books, condition: str, names: list[str]) -> None:
    found = books.rows(f"SELECT * FROM Customer WHERE {condition}")

    assert [row["DisplayName"] for row in found] == names


def test_query_may_be_posted_as_text(books: Books) -> None:
    text = b"SELECT * FROM Customer WHERE DisplayName = 'Cool Cars'"

    answer = books.call("POST", "query", text, Content_Type="application/text")

    assert len(answer.json["QueryResponse"]["Customer"]) == 1


def test_ampersand_is_found_when_encoded(books: Books) -> None:
    found = books.rows("SELECT * FROM Vendor WHERE DisplayName = 'Robertson & Associates'")

    assert len(found) == 1


def test_empty_result_has_no_entity_key(books: Books) -> None:
    answer = books.query("SELECT * FROM Invoice").json

    assert answer["QueryResponse"] == {}
    assert "time" in answer


def test_pages_follow_order_start_and_size(books: Books) -> None:
    text = "SELECT * FROM Account ORDERBY Name DESC STARTPOSITION 2 MAXRESULTS 2"

    answer = books.query(text).json["QueryResponse"]

    assert [row["Name"] for row in answer["Account"]] == [
        "Utilities",
        "Undeposited Funds",
    ]
    assert (answer["startPosition"], answer["maxResults"]) == (2, 2)


def test_count_answers_a_total_only(books: Books) -> None:
    answer = books.query("select count(*) from Account").json

    assert answer["QueryResponse"] == {"totalCount": 49}


def test_a_hundred_rows_come_unless_more_are_asked(books: Books) -> None:
    for start in range(0, 120, 30):
        items = [
            {"bId": f"b{n}", "operation": "create", "Customer": {"DisplayName": f"C {n}"}}
            for n in range(start, start + 30)
        ]
        books.post("batch", {"BatchItemRequest": items})

    assert len(books.rows("SELECT * FROM Customer")) == 100
    assert len(books.rows("SELECT * FROM Customer MAXRESULTS 1000")) == 123


def test_inactive_rows_come_only_when_asked(books: Books) -> None:
    number = books.customer()["value"]
    books.create("Customer", {"Id": number, "SyncToken": "0", "sparse": True, "Active": False})

    usual = books.rows("SELECT * FROM Customer")
    whole = books.rows("SELECT * FROM Customer WHERE Active IN (true, false)")

    assert (len(usual), len(whole)) == (3, 4)


def test_invoices_are_found_by_reference(books: Books) -> None:
    customer = books.customer()
    books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item())]})

    found = books.rows(f"SELECT * FROM Invoice WHERE CustomerRef = '{customer['value']}'")

    assert len(found) == 1


def test_us_tax_codes_include_the_pseudo_ones(books: Books) -> None:
    found = books.rows("SELECT * FROM TaxCode")

    assert [row["Id"] for row in found][:2] == ["TAX", "NON"]
    assert books.read("TaxRate", "3")["RateValue"] == 8


def test_numbers_on_the_wire_are_plain(books: Books) -> None:
    body = {"CustomerRef": books.customer(), "Line": [sale(books.item(), 238.5)]}

    answer = books.post("invoice", body)

    assert b'"TotalAmt":238.5' in answer.body
    assert json.loads(answer.body)["Invoice"]["Line"][0]["Amount"] == 238.5
