"""What of an update is sent, stays as the books have it, or is for a person to decide."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.records import a_party, a_stock_item
from tests.unit.providers.quickbooks.lookups import a_lookup, an_update
from worker.policies import Conflict
from worker.providers.port import Work, Written
from worker.providers.quickbooks import canonical
from worker.providers.quickbooks.answers import outcomes
from worker.providers.quickbooks.parties import party
from worker.providers.quickbooks.planning import Planner
from worker.providers.quickbooks.threeway import merge
from worker.providers.reply import Reply
from worker.providers.threeway import Merged

PHONE, OTHER = "+1 503 555 0142", "+1 503 555 0199"


def body_of(document: Party) -> dict[str, Any]:
    return party(an_update(Kind.CUSTOMER, document), document, a_lookup())


def fields_of(document: Party) -> dict[str, str]:
    """As the books hold what the CMMS wrote."""
    return canonical.fields(Kind.CUSTOMER, body_of(document))


def work(document: Party, base: dict[str, str] | None, held: dict[str, str] | None) -> Work:
    return replace(an_update(Kind.CUSTOMER, document), base=base, held=held)


def merged(
    cmms: Party,
    before: Party | None = None,
    books: Party | None = None,
    policy: Conflict = Conflict.HOLD,
    **decided: Conflict,
) -> Merged:
    """What comes of it; the books and what both agreed on are told as CMMS records."""
    base = None if before is None else fields_of(before)
    held = fields_of(books or before or cmms)
    found = merge(replace(work(cmms, base, held), decided=decided), body_of(cmms), policy)
    assert found is not None
    return found


def test_only_what_the_cmms_changed_is_sent() -> None:
    found = merged(a_party(phone=OTHER), before=a_party())

    assert found.send == {"PrimaryPhone": {"FreeFormNumber": OTHER}}


def test_another_name_is_sent_with_the_notes_that_say_it() -> None:
    found = merged(a_party(name="Harbor:Inn"), before=a_party(name="Harbor:Hotel"))

    assert list(found.send) == ["DisplayName", "Notes"]
    assert "Name in the CMMS: Harbor:Inn" in found.send["Notes"]


def test_notes_that_others_changed_stay_beside_another_name() -> None:
    found = merged(a_party(name="Inn"), before=a_party(), books=a_party(notes="Theirs"))

    assert list(found.send) == ["DisplayName"]


def test_what_is_cleared_is_sent_empty() -> None:
    assert merged(a_party(phone=None), before=a_party()).send == {"PrimaryPhone": {}}


def test_an_address_is_sent_as_a_whole() -> None:
    found = merged(a_party(billing_address={"line1": "Pier 4"}), before=a_party())

    assert list(found.send) == ["BillAddr"]
    assert (found.send["BillAddr"]["Line1"], found.send["BillAddr"]["City"]) == ("Pier 4", "")


def test_what_the_books_hold_already_is_not_sent() -> None:
    now = a_party(phone=OTHER)

    found = merged(now, before=a_party(), books=now)

    assert found.send == {}
    assert found.base == fields_of(now)


def test_what_the_books_alone_changed_stays() -> None:
    found = merged(a_party(email="new@x.example"), before=a_party(), books=a_party(phone=OTHER))

    assert list(found.send) == ["PrimaryEmailAddr"]


def test_it_stays_whatever_the_cmms_changes_later() -> None:
    first = merged(a_party(email="a@x.example"), before=a_party(), books=a_party(phone=OTHER))
    books = fields_of(a_party(phone=OTHER, email="a@x.example"))
    later = a_party(email="a@x.example", notes="Ring first")
    base = first.base | {"PrimaryEmailAddr": books["PrimaryEmailAddr"]}

    found = merge(work(later, base, books), body_of(later), Conflict.HOLD)

    assert found is not None
    assert list(found.send) == ["Notes"]


def test_what_the_books_write_in_their_own_way_is_no_change_of_either() -> None:
    books = fields_of(a_party(phone="(503) 555-0142"))
    base = books | {"~PrimaryPhone": fields_of(a_party())["PrimaryPhone"]}

    found = merge(work(a_party(), base, books), body_of(a_party()), Conflict.HOLD)
    later = a_party(phone=OTHER)
    changed = merge(work(later, base, books), body_of(later), Conflict.HOLD)

    assert found is not None
    assert changed is not None
    assert (found.send, list(changed.send)) == ({}, ["PrimaryPhone"])


def test_an_answer_says_what_the_books_made_otherwise() -> None:
    plan = Planner("1", 30, date(2026, 11, 20)).plan([work(a_party(), {}, None)], a_lookup())
    [part] = plan.requests[0].parts
    said = {"Id": "145", "SyncToken": "4", **body_of(a_party())}
    answer = said | {"PrimaryPhone": {"FreeFormNumber": "(503) 555-0142"}}

    reply = Reply(200, {"Customer": answer}, "", None)
    written = outcomes((part,), reply, "sandbox")[part.key]

    assert isinstance(written, Written)
    assert written.sent == {"PrimaryPhone": fields_of(a_party())["PrimaryPhone"]}


def test_both_sides_of_a_field_are_for_a_person() -> None:
    found = merged(a_party(phone="1"), before=a_party(), books=a_party(phone=OTHER))

    assert found.both == {"phone": {"cmms": "1", "books": OTHER, "before": PHONE}}


def test_by_policy_the_cmms_wins() -> None:
    found = merged(a_party(phone="1"), a_party(), a_party(phone=OTHER), Conflict.CMMS)

    assert (list(found.send), found.both) == (["PrimaryPhone"], {})


def test_by_policy_the_books_win_and_are_told_once() -> None:
    cmms, books = a_party(phone="1"), a_party(phone=OTHER)
    found = merged(cmms, a_party(), books, Conflict.BOOKS)

    again = merge(work(cmms, found.base, fields_of(books)), body_of(cmms), Conflict.BOOKS)

    assert (found.send, list(found.kept)) == ({}, ["phone"])
    assert again is not None
    assert (again.send, again.kept) == ({}, {})


@pytest.mark.parametrize(
    ("side", "sent"), [(Conflict.CMMS, ["PrimaryPhone"]), (Conflict.BOOKS, [])]
)
def test_a_person_decides_of_the_fields_that_were_shown(side: Conflict, sent: list[str]) -> None:
    found = merged(a_party(phone="1"), a_party(), a_party(phone=OTHER), phone=side)

    assert (list(found.send), found.both) == (sent, {})


def test_a_decision_does_not_reach_other_fields() -> None:
    books = a_party(phone=OTHER, email="books@x.example")

    found = merged(a_party(phone="1", email="a@x.example"), a_party(), books, phone=Conflict.CMMS)

    assert list(found.both) == ["email"]


def test_where_nothing_was_agreed_on_the_cmms_is_sent() -> None:
    found = merged(a_party(phone="1"), before=None, books=a_party(phone=OTHER))

    assert list(found.send) == ["PrimaryPhone"]
    assert not found.news(None)


def test_what_the_books_hold_is_unknown_so_all_is_sent() -> None:
    document = a_party()

    assert merge(work(document, {}, None), body_of(document), Conflict.HOLD) is None


def test_what_others_made_inactive_is_a_conflict_with_another_change() -> None:
    books = a_party(active=False)

    found = merged(a_party(phone=OTHER), before=a_party(), books=books)

    assert (found.send, set(found.both)) == ({}, {"active"})
    assert found.both["active"] == {"cmms": "true", "books": "false", "before": "true"}


def test_by_policy_it_is_revived_with_its_name() -> None:
    books = a_party(active=False)

    found = merged(a_party(phone=OTHER), before=a_party(), books=books, policy=Conflict.CMMS)

    assert sorted(found.send) == ["Active", "DisplayName", "PrimaryPhone"]


def test_by_policy_it_stays_inactive_and_takes_nothing() -> None:
    books = a_party(active=False)

    found = merged(a_party(phone=OTHER), before=a_party(), books=books, policy=Conflict.BOOKS)

    assert (found.send, set(found.kept)) == ({}, {"active"})


def test_what_the_cmms_says_once_more_is_active_again() -> None:
    found = merged(a_party(), before=a_party(), books=a_party(active=False))

    assert sorted(found.send) == ["Active", "DisplayName"]


def test_what_is_inactive_on_both_sides_is_written_with_that_word() -> None:
    off = a_party(active=False)

    found = merged(a_party(active=False, phone=OTHER), before=off, books=off)

    assert (sorted(found.send), found.send["Active"]) == (["Active", "PrimaryPhone"], False)


def test_what_both_made_inactive_stays_so() -> None:
    found = merged(a_party(active=False), before=a_party(), books=a_party(active=False))

    assert found.send == {}


def test_a_create_is_not_compared() -> None:
    item = a_stock_item()

    assert merge(Work(1, Kind.ITEM, item.id, "create", item), {}, Conflict.HOLD) is None  # type: ignore[arg-type]
