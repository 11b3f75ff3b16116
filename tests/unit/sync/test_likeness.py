"""Why a record of the books may be one of the CMMS, rule by rule, with names as people write
them."""

import pytest

from worker.sync.likeness import Face, Likeness, Strength, likeness

EXACT, LIKELY = Strength.EXACT, Strength.LIKELY

HARBOR = Face("Harbor Hotel", email="ap@harbor.example", phone="+1 415 555 0100", currency="USD")
PUMP = Face("Centrifugal pump 40 m³/h", number="PMP-40", type="inventory")


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (HARBOR, Face("HARBOR  HOTEL"), "same name"),
        (Face("Plant: Pumps"), Face("Plant - Pumps"), "same name"),
        (Face("Filter 20x20"), Face("Filter 20x20 (deleted)"), "same name"),
        (PUMP, Face("Pump, centrifugal", number="PMP-40"), "same number PMP-40"),
        (PUMP, PUMP, "same number PMP-40, same name"),
        (HARBOR, HARBOR, "same name, same e-mail ap@harbor.example"),
        (HARBOR, Face("Harbor Hotel", email="new@harbor.example"), "same name"),
        (HARBOR, Face("Harbor Hotel", phone="415-555-0199"), "same name"),
    ],
)
def test_the_same_number_or_display_name_is_exact(ours: Face, theirs: Face, why: str) -> None:
    assert likeness(ours, theirs) == Likeness(EXACT, why)


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        ("Harbor Hotel", "Harbor Hotel, Inc.", "same name but for its form: “Harbor Hotel, Inc.”"),
        ("Outback Pumps Pty Ltd", "outback pumps", "same name but for its form: “outback pumps”"),
        ("Bolt & Nut LLC", "Bolt and Nut", "same name but for its form: “Bolt and Nut”"),
        ("Müller GmbH", "Muller", "same name but for its form: “Muller”"),
        ("O'Brien Café", "O’Brien Cafe", "same name but for its form: “O’Brien Cafe”"),
        ("The Mill", "Mill", "same name but for its form: “Mill”"),
    ],
)
def test_a_name_that_differs_in_form_is_likely(ours: str, theirs: str, why: str) -> None:
    assert likeness(Face(ours), Face(theirs)) == Likeness(LIKELY, why)


def test_an_address_alone_is_likely() -> None:
    theirs = Face("H. H. Operating Company", email="AP@Harbor.example")

    assert likeness(HARBOR, theirs) == Likeness(LIKELY, "same e-mail ap@harbor.example")


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (
            HARBOR,
            Face("Harbor Hotel", email="x@other.example", phone="212 555 0177"),
            "same name, but another e-mail and telephone number",
        ),
        (HARBOR, Face("Harbor Hotel", currency="CAD"), "same name, but currency CAD"),
        (HARBOR, Face("Harbor Hotel", nested=True), "same name, but below another record"),
        (PUMP, Face(PUMP.name, type="non_inventory"), "same name, but type non inventory"),
        (PUMP, Face(PUMP.name, number="P-9"), "same name, but number P-9"),
        (
            PUMP,
            Face(PUMP.name, number="P-9", type="service"),
            "same name, but number P-9 and type service",
        ),
    ],
)
def test_what_speaks_against_it_leaves_it_likely(ours: Face, theirs: Face, why: str) -> None:
    assert likeness(ours, theirs) == Likeness(LIKELY, why)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (HARBOR, Face("Harbour Hotel")),
        (HARBOR, Face("Harbor Hotel Inc", currency="CAD")),
        (PUMP, Face("Centrifugal pump 40 m3 h", number="P-9")),
        (Face("Bolt M8", type="inventory"), Face("Bolt, M8", type="service")),
        (Face("A", email="n/a"), Face("B", email="n/a")),
        (Face("A", number=" "), Face("B", number="")),
    ],
)
def test_nothing_says_that_these_are_one(ours: Face, theirs: Face) -> None:
    assert likeness(ours, theirs) is None


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(HARBOR, Face("HARBOR HOTEL")), (PUMP, Face("x", number="PMP-40")), (HARBOR, HARBOR)],
)
def test_two_that_are_alike_share_a_key(ours: Face, theirs: Face) -> None:
    assert ours.keys & theirs.keys


def test_a_face_is_read_from_a_snapshot_of_the_contract() -> None:
    item = {"name": "Pump", "sku": "P-1", "type": "service"}
    vendor = {"name": "Northside", "account_number": "A-7", "email": "x@y.example"}
    site = {"name": "Site 1", "full_name": "Harbor Hotel:Site 1"}

    assert Face.read(item) == Face("Pump", number="P-1", type="service")
    assert Face.read(site) == Face("Site 1", nested=True)
    assert Face.read(vendor) == Face("Northside", number="A-7", email="x@y.example")
