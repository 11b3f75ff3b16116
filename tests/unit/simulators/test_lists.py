"""Customers, vendors, employees, items and accounts."""

import pytest

from tests.unit.simulators.client import Books, Json, sale


def test_new_customer_looks_like_a_recorded_one(books: Books) -> None:
    customer = books.create("Customer", {"GivenName": "Jane", "FamilyName": "Doe"})

    assert customer["DisplayName"] == customer["PrintOnCheckName"] == "Jane Doe"
    assert (customer["SyncToken"], customer["sparse"], customer["domain"]) == ("0", False, "QBO")
    assert (customer["Active"], customer["Balance"], customer["Job"]) == (True, 0, False)
    assert customer["MetaData"]["CreateTime"][-6:] in ("-08:00", "-07:00")


@pytest.mark.parametrize(
    ("entity", "body"),
    [
        ("customer", {"DisplayName": "cool CARS"}),
        ("vendor", {"DisplayName": "Cool Cars "}),
        ("employee", {"GivenName": "Cool", "FamilyName": "Cars"}),
    ],
)
def test_names_are_unique_over_all_parties(books: Books, entity: str, body: Json) -> None:
    error = books.post(entity, body).json["Fault"]["Error"][0]

    assert (error["code"], error["Message"]) == ("6240", "Duplicate Name Exists Error")


def test_deactivation_renames_and_frees_the_name(books: Books) -> None:
    old = books.create("Vendor", {"DisplayName": "Acme"})
    change = {"Id": old["Id"], "SyncToken": "0", "sparse": True, "Active": False}

    gone = books.create("Vendor", change)
    new = books.create("Vendor", {"DisplayName": "Acme"})

    assert (gone["DisplayName"], gone["Active"], gone["SyncToken"]) == (
        "Acme (deleted)",
        False,
        "1",
    )
    assert new["Id"] != old["Id"]


def test_inactive_records_change_only_with_active(books: Books) -> None:
    number = books.customer()["value"]
    books.create("Customer", {"Id": number, "SyncToken": "0", "sparse": True, "Active": False})
    change = {"Id": number, "SyncToken": "1", "sparse": True, "Notes": "x"}

    refused = books.post("customer", change)
    back = books.create("Customer", change | {"Active": True})

    assert refused.code == "610"
    assert (back["Active"], back["DisplayName"]) == (True, "Harbor Hotel (deleted)")


def test_party_that_owes_money_cannot_be_deactivated(books: Books) -> None:
    customer = books.customer()
    books.create("Invoice", {"CustomerRef": customer, "Line": [sale(books.item())]})
    change = {"Id": customer["value"], "SyncToken": "0", "sparse": True, "Active": False}

    assert books.post("customer", change).code == "6220"


def test_stale_token_answers_5010(books: Books) -> None:
    number = books.customer()["value"]
    change = {"Id": number, "SyncToken": "0", "sparse": True, "Notes": "a"}
    books.create("Customer", change)

    answer = books.post("customer", change | {"Notes": "b"})

    assert (answer.status, answer.code) == (400, "5010")


def test_sparse_update_keeps_what_it_leaves_out(books: Books) -> None:
    old = books.create("Customer", {"DisplayName": "A", "Notes": "n", "CompanyName": "C"})
    change = {"Id": old["Id"], "SyncToken": "0", "sparse": True, "CompanyName": ""}

    new = books.create("Customer", change)

    assert (new["Notes"], "CompanyName" in new, new["SyncToken"]) == ("n", False, "1")


def test_full_update_clears_what_it_leaves_out(books: Books) -> None:
    old = books.create("Customer", {"DisplayName": "A", "Notes": "n"})

    new = books.create("Customer", {"Id": old["Id"], "SyncToken": "0", "DisplayName": "B"})

    assert ("Notes" in new, new["DisplayName"], new["Taxable"]) == (False, "B", True)


def test_update_without_change_keeps_its_token(books: Books) -> None:
    old = books.create("Customer", {"DisplayName": "A"})

    same = books.create("Customer", {"Id": old["Id"], "SyncToken": "0", "DisplayName": "A"})

    assert same["SyncToken"] == "0"


@pytest.mark.parametrize(
    ("change", "code"),
    [({"SyncToken": None}, "2020"), ({"Id": "x1"}, "2030"), ({"Id": "99999"}, "610")],
)
def test_updates_need_a_known_id_and_token(books: Books, change: Json, code: str) -> None:
    body = {"Id": books.customer()["value"], "SyncToken": "0", "sparse": True, "Notes": "x"}

    assert books.post("customer", body | change).code == code


def test_sub_customers_show_their_path(books: Books) -> None:
    parent = books.customer("Parent")

    child = books.create("Customer", {"DisplayName": "Child", "Job": True, "ParentRef": parent})

    assert (child["FullyQualifiedName"], child["Level"]) == ("Parent:Child", 1)


def test_tax_number_of_a_vendor_is_masked(books: Books) -> None:
    vendor = books.create("Vendor", {"DisplayName": "A", "TaxIdentifier": "123456789"})

    assert vendor["TaxIdentifier"] == "XXXXX6789"


def inventory(books: Books, **changes: Json) -> Json:
    body = {
        "Name": "Pump seal",
        "Type": "Inventory",
        "TrackQtyOnHand": True,
        "QtyOnHand": 12,
        "InvStartDate": "2026-01-01",
        "IncomeAccountRef": books.account("Sales of Product Income"),
        "ExpenseAccountRef": books.account("Cost of Goods Sold"),
        "AssetAccountRef": books.account("Inventory Asset"),
    }
    return {name: value for name, value in (body | changes).items() if value is not None}


def test_inventory_item_is_created_with_quantity(books: Books) -> None:
    item = books.create("Item", inventory(books))

    assert (item["QtyOnHand"], item["FullyQualifiedName"], item["Taxable"]) == (
        12,
        "Pump seal",
        False,
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Name": None}, "2020"),
        ({"Type": None}, "2020"),
        ({"Type": "Bundle"}, "2170"),
        ({"Name": "A:B"}, "2040"),
        ({"Name": "x" * 101}, "2050"),
        ({"Name": "services"}, "6240"),
        ({"QtyOnHand": None}, "2020"),
        ({"InvStartDate": None}, "2020"),
        ({"AssetAccountRef": None}, "2020"),
        ({"TrackQtyOnHand": False}, "6000"),
        ({"UnitPrice": 1.123456}, "2110"),
        ({"UnitPrice": 100_000_000_000}, "2070"),
    ],
)
def test_bad_items_are_refused_with_their_code(books: Books, changes: Json, code: str) -> None:
    assert books.post("item", inventory(books, **changes)).code == code


@pytest.mark.parametrize(
    ("field", "account"),
    [
        ("IncomeAccountRef", "Fuel"),
        ("IncomeAccountRef", "Labor Income"),
        ("ExpenseAccountRef", "Fuel"),
        ("AssetAccountRef", "Prepaid Expenses"),
    ],
)
def test_wrong_account_for_its_use_answers_6430(books: Books, field: str, account: str) -> None:
    body = inventory(books, **{field: books.account(account)})

    assert books.post("item", body).code == "6430"


def test_inventory_needs_the_feature(books: Books) -> None:
    books.control("PUT", "preferences", {"ProductAndServicesPrefs": {"QuantityOnHand": False}})

    assert books.post("item", inventory(books)).code == "5020"


@pytest.mark.parametrize(
    "body", [{"Name": "Hour", "Type": "Service"}, {"Name": "Rags", "Type": "NonInventory"}]
)
def test_services_and_goods_need_an_account(books: Books, body: Json) -> None:
    assert books.post("item", body).code == "2020"


def test_item_with_stock_cannot_be_deactivated(books: Books) -> None:
    item = books.create("Item", inventory(books))
    change = {"Id": item["Id"], "SyncToken": "0", "sparse": True, "Active": False}

    refused = books.post("item", change)
    empty = books.create("Item", change | {"Active": True, "QtyOnHand": 0})

    assert (refused.code, empty["QtyOnHand"]) == ("6220", 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Name": "Checking", "AccountType": "Bank"}, "6240"),
        ({"Name": "New"}, "6010"),
        ({"Name": 'Say "x"', "AccountType": "Bank"}, "2040"),
        ({"Name": "New", "AccountType": "Cash"}, "2170"),
        ({"Name": "New", "AccountType": "Bank", "AcctNum": "12345678"}, "2050"),
    ],
)
def test_bad_accounts_are_refused(books: Books, body: Json, code: str) -> None:
    assert books.post("account", body).code == code


def test_account_defaults_follow_its_type(books: Books) -> None:
    account = books.create("Account", {"Name": "Till", "AccountType": "Bank", "AcctNum": "1099"})

    assert (account["Classification"], account["AccountSubType"]) == ("Asset", "CashOnHand")
