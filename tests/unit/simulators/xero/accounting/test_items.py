"""Items: codes, prices with four places, details, and the stock of tracked ones."""

import pytest

from tests.unit.simulators.xero.accounting.client import Api, Json, bill, line, payment, sale

TRACKED = {
    "Code": "T-1",
    "Name": "Pump",
    "InventoryAssetAccountCode": "630",
    "PurchaseDetails": {"UnitPrice": 30, "COGSAccountCode": "310"},
    "SalesDetails": {"UnitPrice": 50, "AccountCode": "200"},
}
GOODS = {"ItemCode": "T-1", "UnitAmount": 30, "Quantity": 4}


def stock(api: Api) -> tuple[float, float]:
    item = api.get("/Items/T-1").json["Items"][0]
    return item["QuantityOnHand"], item["TotalCostPool"]


def test_a_code_is_taken_once(api: Api) -> None:
    api.made("Items", {"Code": "B-1"})

    assert "already exists" in api.put("/Items", {"Code": "b-1"}).messages[0]
    assert api.post("/Items", {"Code": "b-1", "Name": "Bearing"}).status == 200
    assert api.get("/Items/B-1").json["Items"][0]["Name"] == "Bearing"


@pytest.mark.parametrize(("unitdp", "price"), [("4", 4.8125), ("2", 4.81)])
def test_prices_are_cut_to_two_places_unless_asked_for_four(
    api: Api, unitdp: str, price: float
) -> None:
    body = {"Code": "B-1", "SalesDetails": {"UnitPrice": 4.8125}}

    made = api.made("Items", body, unitdp=unitdp)

    assert made["SalesDetails"]["UnitPrice"] == price
    assert api.get("/Items/B-1", unitdp="4").json["Items"][0]["SalesDetails"]["UnitPrice"] == price
    assert api.get("/Items/B-1").json["Items"][0]["SalesDetails"]["UnitPrice"] == 4.81


def test_what_is_not_sold_any_more_loses_its_details(api: Api) -> None:
    made = api.made("Items", {"Code": "B-1", "SalesDetails": {"UnitPrice": 5}})

    changed = api.post(f"/Items/{made['ItemID']}", {"Code": "B-1", "IsSold": False})

    assert changed.json["Items"][0]["SalesDetails"] == {}


def test_an_update_merges_the_details(api: Api) -> None:
    details = {"UnitPrice": 5, "AccountCode": "200"}
    made = api.made("Items", {"Code": "B-1", "SalesDetails": details})

    change = {"Code": "B-1", "SalesDetails": {"UnitPrice": 6}}
    changed = api.post(f"/Items/{made['ItemID']}", change).json["Items"][0]

    assert changed["SalesDetails"] == {"UnitPrice": 6, "AccountCode": "200"}


def test_an_item_fills_the_line_that_names_it(api: Api, contact: str) -> None:
    details = {"UnitPrice": 12.5, "AccountCode": "260", "TaxType": "TAX001"}
    api.made("Items", {"Code": "B-1", "Description": "Bearing", "SalesDetails": details})

    body = sale(
        contact, LineAmountTypes="Exclusive", LineItems=[{"ItemCode": "B-1", "Quantity": 2}]
    )
    made = api.made("Invoices", body)

    row = made["LineItems"][0]
    assert (row["Description"], row["AccountCode"], row["TaxType"]) == ("Bearing", "260", "TAX001")
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (25, 2, 27)


def test_an_unknown_item_is_refused(api: Api, contact: str) -> None:
    body = sale(contact, LineItems=[line("5", ItemCode="none")])

    assert "Item code 'none'" in api.put("/Invoices", body).messages[0]


def test_bills_bring_stock_and_sales_take_it_at_the_average_cost(api: Api, contact: str) -> None:
    api.made("Items", TRACKED)
    api.made("Invoices", bill(contact, LineItems=[GOODS]))
    assert stock(api) == (4, 120)

    api.made("Invoices", sale(contact, LineItems=[{"ItemCode": "T-1", "Quantity": 3}]))

    assert stock(api) == (1, 30)


def test_stock_never_falls_below_zero(api: Api, contact: str) -> None:
    api.made("Items", TRACKED)
    bought = api.made("Invoices", bill(contact, LineItems=[GOODS]))
    sold = sale(contact, LineItems=[{"ItemCode": "T-1", "Quantity": 5}])

    assert "exceeds the quantity on hand" in api.put("/Invoices", sold).messages[0]
    api.made("Invoices", sold | {"Status": "DRAFT"})
    api.made("Invoices", sale(contact, LineItems=[{"ItemCode": "T-1", "Quantity": 1}]))
    void = api.post(f"/Invoices/{bought['InvoiceID']}", {"Status": "VOIDED"})
    assert "exceeds the quantity on hand" in void.messages[0]


def test_a_voided_sale_gives_its_stock_back(api: Api, contact: str) -> None:
    api.made("Items", TRACKED)
    api.made("Invoices", bill(contact, LineItems=[GOODS]))
    sold = api.made("Invoices", sale(contact, LineItems=[{"ItemCode": "T-1", "Quantity": 3}]))

    api.post(f"/Invoices/{sold['InvoiceID']}", {"Status": "VOIDED"})

    assert stock(api)[0] == 4


def test_a_payment_does_not_move_stock(api: Api, contact: str) -> None:
    api.made("Items", TRACKED)
    bought = api.made("Invoices", bill(contact, LineItems=[GOODS]))

    api.made("Payments", payment(bought, 120))

    assert stock(api) == (4, 120)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"InventoryAssetAccountCode": "631"}, "type INVENTORY"),
        ({"PurchaseDetails": {"AccountCode": "433"}}, "COGSAccountCode instead"),
        ({"SalesDetails": {"AccountCode": "999"}}, "not a valid code"),
        ({"SalesDetails": {"TaxType": "NOPE"}}, "TaxType code 'NOPE'"),
    ],
)
def test_what_a_tracked_item_is_refused_for(api: Api, change: Json, text: str) -> None:
    refused = api.put("/Items", TRACKED | change)

    assert text in refused.messages[0]


def test_a_tracked_item_with_history_cannot_be_deleted(api: Api, contact: str) -> None:
    api.made("Items", TRACKED)
    other = api.made("Items", {"Code": "B-1"})
    api.made("Invoices", bill(contact, LineItems=[GOODS]))

    number = api.get("/Items/T-1").json["Items"][0]["ItemID"]

    assert api.send("DELETE", f"/Items/{number}").status == 400
    assert api.send("DELETE", f"/Items/{other['ItemID']}").status == 204
    assert api.get("/Items/B-1").status == 404


def test_a_line_follows_the_code_of_its_item(api: Api, contact: str) -> None:
    item = api.made("Items", {"Code": "B-1", "Name": "Bearing"})
    made = api.made("Invoices", sale(contact, LineItems=[line("5", ItemCode="B-1")]))
    api.post(f"/Items/{item['ItemID']}", {"Code": "B-2"})

    row = {"LineItemID": made["LineItems"][0]["LineItemID"], "Quantity": 2}
    changed = api.post(f"/Invoices/{made['InvoiceID']}", {"LineItems": [row]})

    assert changed.json["Invoices"][0]["LineItems"][0]["ItemCode"] == "B-2"
