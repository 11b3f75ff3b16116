"""Names, addresses and numbers that people take for the same have one key."""

import pytest

from worker.matchkeys import code_key, email_key, label_key, name_key, phone_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbor Hotel", "HARBOR  hotel "),
        ("Harbor Hotel", "The Harbor Hotel, Inc."),
        ("Northside Bearings", "Northside Bearings L.L.C."),
        ("Müller & Söhne GmbH & Co. KG", "Muller and Sohne"),
        ("Outback Pumps Pty Ltd", "Outback Pumps Pty. Limited"),
        ("O’Brien's Café", "O'Briens Cafe"),
        ("Amundsen S.A.", "Amundsen SA"),
        ("A.B.C. Plumbing", "ABC Plumbing"),
        ("Straße 7 AG", "STRASSE 7"),
        ("Harbor Hotel (deleted)", "Harbor Hotel"),
        ("Filter 20x20 (deleted-2)", "Filter, 20x20"),
        ("株式会社ポンプ", "株式会社ポンプ "),
    ],
)
def test_names_that_differ_in_form_only_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Harbor Hotel", "Harbour Hotel"),
        ("Pump 100", "Pump 1000"),
        ("Inc.", "Co."),
        ("Company A", "Company B"),
        ("J. Smith", "K. Smith"),
    ],
)
def test_names_of_others_have_other_keys(one: str, other: str) -> None:
    keys = {name_key(one), name_key(other)}

    assert len(keys - {None}) == 2


@pytest.mark.parametrize("name", [None, "", "  "])
def test_no_name_has_no_key(name: str | None) -> None:
    assert name_key(name) is None


def test_a_name_without_a_word_is_its_own_key() -> None:
    assert name_key(" ** ") == "**"


def test_a_label_is_compared_without_case_blanks_and_colons() -> None:
    assert label_key("Plant: Pumps  GmbH (deleted)") == label_key("plant - pumps gmbh")
    assert label_key("Pumps GmbH") != label_key("Pumps")


@pytest.mark.parametrize("text", ["AP@Harbor.Example", " ap@harbor.example, boss@harbor.example"])
def test_the_first_address_counts_whatever_its_case(text: str) -> None:
    assert email_key(text) == "ap@harbor.example"


@pytest.mark.parametrize("text", [None, "", "none", " , "])
def test_what_is_no_address_has_no_key(text: str | None) -> None:
    assert email_key(text) is None


def test_a_telephone_number_is_its_last_digits() -> None:
    assert phone_key("+1 (415) 555-0100") == phone_key("415.555.0100") == "155550100"
    assert phone_key("911") is None


def test_a_number_is_taken_as_it_is() -> None:
    assert (code_key(" PMP-100 "), code_key(" ")) == ("PMP-100", None)
