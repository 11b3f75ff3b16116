"""What the CMMS or a person says: `external_refs` of an event, and `books match`."""

import pytest

from schemas.kinds import Kind
from tests.builders import a_customer
from tests.integration.match.scenes import HARBOR, SEEDED, changed, pull, ref_of
from tests.integration.match.test_later import EVERYWHERE, INC, filled
from tests.integration.workshop import Shop
from worker.errors import Misuse
from worker.sync import matching

__all__ = ["filled"]


def said(ref: str, **fields: object) -> dict[str, object]:
    return a_customer(external_refs={"quickbooks": ref}) | fields


def test_a_ref_in_an_event_links_without_a_call(filled: Shop) -> None:
    filled.send("customer.created", said(ref_of(filled)))

    filled.work()

    link = filled.link("CUS-1")
    assert (link.state, link.ref) == ("synced", ref_of(filled))
    assert link.base["DisplayName"] == '"Harbor Hotel"'
    assert (changed(filled, "CUS-1"), filled.submissions()) == (["name"], [])


def test_a_ref_in_an_event_decides_what_waits(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC, version=1))
    filled.work()

    filled.send("customer.updated", said(ref_of(filled), name=INC, version=2))
    filled.work()

    assert filled.told("CUS-1") == ["record.waiting", "record.synced", "record.changed"]


def test_a_ref_that_is_not_in_the_books_fails(filled: Shop) -> None:
    filled.send("customer.created", said("9999"))

    filled.work()

    assert filled.events("CUS-1")[-1]["data"]["error"]["code"] == "ref_unknown"


def test_a_ref_that_another_record_has_fails(filled: Shop) -> None:
    refs = {"quickbooks": ref_of(filled)}
    both = [a_customer(f"CUS-{n}", external_refs=refs) for n in (1, 2)]

    filled.take(*(filled.event("customer.created", one) for one in both))
    filled.work()

    assert filled.states() == {"CUS-1": "synced", "CUS-2": "failed"}
    assert filled.link("CUS-2").error_code == "ref_taken"


def test_a_ref_that_bears_anothers_mark_fails(filled: Shop) -> None:
    filled.enter("Customer", "update", Id=ref_of(filled), Notes="[CMMS customer CUS-9]")
    pull(filled)

    filled.send("customer.created", said(ref_of(filled)))
    filled.work()

    assert filled.link("CUS-1").error_code == "ref_of_another"


def test_a_person_links_what_waits(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))
    filled.work()

    matching.link(filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1", ref_of(filled))

    assert (filled.states(), filled.submissions()) == ({"CUS-1": "synced"}, [])
    assert filled.told("CUS-1") == ["record.waiting", "record.synced", "record.changed"]


def test_a_person_links_all_that_is_suggested(filled: Shop) -> None:
    filled.enter("Customer", DisplayName="Mill")
    pull(filled)
    filled.send("customer.created", a_customer("CUS-1", name=INC))
    filled.send("customer.created", a_customer("CUS-2", name="The Mill", email=None))
    filled.work()

    accepted = matching.accept(filled.services, EVERYWHERE)

    assert [one.record_id for one in accepted] == ["CUS-1", "CUS-2"]
    assert set(filled.states().values()) == {"synced"}


def test_what_is_undecided_is_listed_with_its_candidates(filled: Shop) -> None:
    filled.enter("Customer", **HARBOR | {"DisplayName": "Harbor Spa"})
    filled.enter("Customer", DisplayName="Dock")
    pull(filled)
    filled.send("customer.created", a_customer(name=INC))
    filled.work()

    found = matching.find(filled.services, EVERYWHERE, [Kind.CUSTOMER])

    [one] = found.undecided
    assert (one.record_id, one.verdict) == ("CUS-1", "ambiguous")
    assert [each.name for each in one.candidates] == ["Harbor Spa", "Harbor Hotel"]
    assert {only.name for only in found.discovered} - SEEDED == {"Dock"}


@pytest.mark.parametrize(
    ("record_id", "ref", "code"),
    [
        ("CUS-9", "58", "unknown_record"),
        ("CUS-1", "9999", "ref_unknown"),
        ("CUS-2", "58", "already_linked"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    filled: Shop, record_id: str, ref: str, code: str
) -> None:
    filled.send("customer.created", a_customer("CUS-1", name=INC))
    filled.send("customer.created", a_customer("CUS-2", name="Mill", email=None))
    filled.work()

    with pytest.raises(Misuse) as refused:
        matching.link(filled.services, EVERYWHERE, Kind.CUSTOMER, record_id, ref)

    assert refused.value.code == code


def test_what_is_removed_in_the_cmms_is_not_linked(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))
    filled.work()
    filled.send("customer.archived", {"id": "CUS-1"})

    with pytest.raises(Misuse, match="removed in the CMMS"):
        matching.link(filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1", ref_of(filled))


def test_a_record_of_several_connections_is_asked_for_by_one(filled: Shop) -> None:
    filled.send("customer.created", a_customer(name=INC))
    filled.run("""INSERT INTO connections
                      (tenant_id, provider, environment, client_id, client_secret, state)
                  VALUES ('other', 'quickbooks', 'sandbox', '', '', 'new')""")
    filled.run("""INSERT INTO links (connection_id, document_id, kind, record_id, rank, state,
                      wanted_version)
                  SELECT (SELECT max(id) FROM connections), document_id, kind, record_id, rank,
                      'due', 1 FROM links WHERE connection_id = :c""")

    with pytest.raises(Misuse, match="name one: --connection"):
        matching.create_new(filled.services, EVERYWHERE, Kind.CUSTOMER, "CUS-1")
