"""Names, numbers and markers within Xero's limits."""

import pytest

from schemas.kinds import Kind
from tests.contract.records import a_stock_item, an_item
from worker.providers.marker import marked
from worker.providers.refusals import Refusal
from worker.providers.xero import names


def test_names_lose_brackets_and_superfluous_blanks() -> None:
    assert names.unique_name(" Harbor  <Inn>\t", None) == "Harbor (Inn)"


def test_a_long_name_keeps_its_suffix() -> None:
    assert names.unique_name("x" * 300, " (C)") == "x" * 251 + " (C)"


def test_a_name_of_nothing_is_refused() -> None:
    with pytest.raises(Refusal):
        names.unique_name(" \t", None)


def test_an_item_goes_by_its_sku_else_by_its_id() -> None:
    assert names.item_code(a_stock_item()) == "PSK-40"
    assert names.item_code(an_item(sku=" ")) == "ITM-1"


def test_long_codes_that_end_alike_stay_apart() -> None:
    codes = {names.item_code(an_item(id=f"{n}{'x' * 60}")) for n in range(3)}

    assert len(codes) == 3
    assert {len(code) for code in codes} == {30}


def test_numbers_are_printable_ascii_and_stay_apart() -> None:
    first, second = names.document_number("Nº 7"), names.document_number("N° 7")

    assert first.isascii()
    assert first.endswith("N? 7")
    assert first != second


def test_a_contacts_number_names_its_record() -> None:
    number = names.contact_number(Kind.VENDOR, "VEN 1%")

    assert number == "CMMS vendor VEN%201%25"
    assert names.contact_marker(number) == ("vendor", "VEN 1%")


def test_a_long_id_stands_as_a_hash_that_fits() -> None:
    one, other = (names.contact_number(Kind.CUSTOMER, f"{n}{'x' * 60}") for n in (1, 2))

    assert one != other
    assert len(one) <= 50
    assert one.startswith("CMMS customer #")


@pytest.mark.parametrize("number", [None, "", "ABC-1", "cmms:customer:1"])
def test_other_numbers_are_nobodys_marker(number: str | None) -> None:
    assert names.contact_marker(number) is None


def test_a_reference_ends_with_its_marker_however_long() -> None:
    said = names.reference(["PO " + "x" * 300, ""], Kind.INVOICE, "INV-1")

    assert len(said) == 255
    assert said.endswith("… [CMMS invoice INV-1]")


def test_a_payments_reference_begins_with_its_marker_below_a_hundred() -> None:
    said = names.payment_reference(["CHK " + "x" * 100], "PAY-1")

    assert said.startswith("[CMMS payment PAY-1] CHK x")
    assert len(said) < 100


def test_a_narration_is_one_line_that_a_look_up_can_quote() -> None:
    said = names.narration(['Fuel for "van 4"', "Reference: 12\n13"], "EXP-1")

    assert said == "Fuel for 'van 4', Reference: 12 13 [CMMS expense EXP-1]"
    assert marked(said) == ("expense", "EXP-1")
