"""Trouble that concerns the whole connection is raised, each kind with its own reaction."""

import time
from datetime import timedelta

import pytest

from schemas.kinds import Kind
from tests.contract.ledger import Ledger
from tests.contract.records import a_party, an_item
from worker.errors import Disconnected, Throttled, TokenExpired
from worker.providers.port import Absent, Written


def test_an_expired_token_takes_nothing(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="auth_expired", where="write")

    with pytest.raises(TokenExpired):
        ledger.answer(submission)
    assert isinstance(ledger.send(submission), Written)


def test_an_expired_token_stops_reads(ledger: Ledger) -> None:
    ledger.company.expire_tokens()

    with pytest.raises(TokenExpired) as error:
        ledger.books.test()
    assert "simulated" not in str(error.value)


def test_a_throttled_write_takes_nothing(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    before = ledger.company.count(Kind.CUSTOMER)
    ledger.company.fault(fault="throttle", where="write")

    with pytest.raises(Throttled) as error:
        ledger.answer(submission)
    assert error.value.pause > timedelta(0)
    assert ledger.company.count(Kind.CUSTOMER) == before


def test_withdrawn_consent_needs_a_person(ledger: Ledger) -> None:
    ledger.company.withdraw_consent()

    with pytest.raises((Disconnected, TokenExpired)):
        ledger.books.test()


def test_an_engineer_gets_the_correlation_id(ledger: Ledger) -> None:
    answer = ledger.answer(ledger.prepared(an_item()))

    assert answer.correlation_id


class Forbidden(Exception):
    """The leave to send is gone."""


def forbid() -> None:
    raise Forbidden


def test_what_is_forbidden_at_the_last_moment_never_leaves(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    before = ledger.books.calls

    with pytest.raises(Forbidden):
        ledger.books.send(submission, forbid)
    assert ledger.books.calls == before
    assert ledger.look(submission.parts[0]) == Absent()


def test_the_leave_to_send_is_asked_for_after_the_pace(ledger: Ledger) -> None:
    slow = ledger.reopened(per_second=4)
    submissions = [slow.prepared(a_party(id=f"CUS-{n}", name=f"{n}")) for n in (1, 2)]
    asked: list[float] = []

    for submission in submissions:
        slow.books.send(submission, lambda: asked.append(time.monotonic()))

    assert asked[1] - asked[0] > 0.2
