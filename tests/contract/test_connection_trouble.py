"""Trouble that concerns the whole connection is raised, each kind with its own reaction."""

from datetime import timedelta

import pytest

from tests.contract.ledger import Ledger, Open
from tests.contract.records import a_party, a_stock_item, an_invoice, an_item
from worker.errors import Disconnected, Throttled, TokenExpired
from worker.providers.port import Absent, Written


def test_an_expired_token_takes_nothing(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="auth_expired", where="write")

    with pytest.raises(TokenExpired):
        ledger.books.send(submission)
    assert isinstance(ledger.books.send(submission).outcomes["1"], Written)


def test_an_expired_token_stops_reads(ledger: Ledger) -> None:
    ledger.company.expire_tokens()

    with pytest.raises(TokenExpired) as error:
        ledger.books.test()
    assert "simulated" not in str(error.value)


def test_a_throttled_write_takes_nothing(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="throttle", where="write")

    with pytest.raises(Throttled) as error:
        ledger.books.send(submission)
    assert error.value.pause == timedelta(seconds=60)
    assert ledger.look(submission.parts[0]) == Absent()


def test_a_throttle_lasts_as_long_as_it_says(refusing: Open) -> None:
    ledger = refusing()
    ledger.company.fault(fault="throttle", where="read", seconds=7)

    with pytest.raises(Throttled) as error:
        ledger.books.test()
    assert error.value.pause == timedelta(seconds=7)


def test_withdrawn_consent_needs_a_person(ledger: Ledger) -> None:
    ledger.company.withdraw_consent()

    with pytest.raises((Disconnected, TokenExpired)):
        ledger.books.test()


def test_a_lapsed_subscription_stops_the_connection(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.switch(read_only=True)

    with pytest.raises(Disconnected) as error:
        ledger.books.send(submission)
    assert error.value.code == "subscription_lapsed"


def test_another_company_is_out_of_reach(refusing: Open) -> None:
    ours, other = refusing(), refusing()
    submission = ours.submit(other.plan(other.work(a_party())).requests[0])

    with pytest.raises(Disconnected) as error:
        ours.books.send(submission)
    assert error.value.code == "wrong_environment"


def test_an_engineer_gets_the_correlation_id(ledger: Ledger) -> None:
    answer = ledger.books.send(ledger.prepared(an_item()))

    assert answer.correlation_id
    assert answer.correlation_id.startswith("1-")


@pytest.mark.parametrize(
    ("switch", "code"),
    [("read_only", "subscription_lapsed"), ("no_permission", "permission_lost")],
)
def test_a_batch_of_which_nothing_was_taken(refusing: Open, switch: str, code: str) -> None:
    ledger = refusing()
    for document in (a_party(), an_item(), a_stock_item()):
        ledger.put(document)
    due = [ledger.work(an_invoice(id=f"INV-{n}", number=str(n))) for n in (1, 2)]
    submission = ledger.submit(ledger.plan(*due).requests[0])
    ledger.company.switch(**{switch: True})

    with pytest.raises(Disconnected) as error:
        ledger.books.send(submission)
    assert error.value.code == code
