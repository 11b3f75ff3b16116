"""A customer that the CMMS and people in the books both change: compared field by field."""

from dataclasses import replace

import pytest

from schemas.kinds import Kind
from schemas.party import Party
from tests.contract.ledger import Ledger
from tests.contract.records import a_party
from worker.policies import Conflict, Policies
from worker.providers.port import LedgerRecord, Plan, Resource, Written

PHONE, EMAIL = a_party(phone="+1 503 555 0199"), a_party(email="office@harbor.example")


def pulled(ledger: Ledger, ref: str) -> LedgerRecord:
    records = ledger.books.page(Resource.CUSTOMERS, None, None).records
    return next(one for one in records if (one.kind, one.ref) == (Kind.CUSTOMER, ref))


def planned(ledger: Ledger, later: Party, policy: Conflict = Conflict.HOLD) -> Plan:
    """The plan for a later version, beside what was agreed on and what the books hold by now."""
    agreed = ledger.known[Kind.CUSTOMER, later.id]
    held = pulled(ledger, agreed.ref)
    ledger.pulled = replace(ledger.chart(), policies=Policies(conflict=policy))
    work = replace(
        ledger.work(later),
        base=agreed.record.fields,
        held=held.fields,
        sync_token=held.sync_token,
    )
    return ledger.plan(work)


def sent(ledger: Ledger, plan: Plan) -> LedgerRecord:
    """How it stands in the books after the one request of a plan."""
    (request,) = plan.requests
    outcome = ledger.send(ledger.submit(request))
    assert isinstance(outcome, Written), outcome
    return pulled(ledger, outcome.ref)


@pytest.fixture
def edited(ledger: Ledger) -> Ledger:
    """CUS-1 is in the books, and somebody changed its phone there."""
    ledger.company.edit(Kind.CUSTOMER, ledger.put(a_party()).ref)
    return ledger


def test_a_change_of_another_field_leaves_theirs_alone(edited: Ledger) -> None:
    record = sent(edited, planned(edited, EMAIL))

    assert record.data["email"] == "office@harbor.example"
    assert str(record.data["phone"]).endswith("555 0100")


def test_what_both_changed_is_for_a_person(edited: Ledger) -> None:
    plan = planned(edited, PHONE)

    (both,) = plan.both
    assert (plan.requests, list(both.fields)) == ((), ["phone"])
    assert both.fields["phone"]["cmms"].endswith("555 0199")
    assert both.fields["phone"]["books"].endswith("555 0100")


def test_the_cmms_wins_where_that_is_the_policy(edited: Ledger) -> None:
    record = sent(edited, planned(edited, PHONE, Conflict.CMMS))

    assert str(record.data["phone"]).endswith("555 0199")


def test_the_books_win_where_that_is_the_policy(edited: Ledger) -> None:
    plan = planned(edited, PHONE, Conflict.BOOKS)

    (agreed,) = plan.agreed
    assert (plan.requests, list(agreed.kept)) == ((), ["phone"])


def test_a_version_without_news_sends_nothing(edited: Ledger) -> None:
    plan = planned(edited, a_party())

    assert (len(plan.same), plan.requests, plan.both) == (1, (), ())


def test_what_both_changed_alike_is_agreed(edited: Ledger) -> None:
    theirs = pulled(edited, edited.known[Kind.CUSTOMER, "CUS-1"].ref).data["phone"]

    plan = planned(edited, a_party(phone=theirs))

    assert (len(plan.same), len(plan.agreed), plan.both) == (1, 1, ())


def test_a_field_that_the_cmms_cleared_is_cleared(edited: Ledger) -> None:
    record = sent(edited, planned(edited, a_party(email=None)))

    assert not record.data.get("email")
    assert str(record.data["phone"]).endswith("555 0100")
