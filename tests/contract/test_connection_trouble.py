"""Trouble that concerns the whole connection is raised, each kind with its own reaction."""

from datetime import timedelta

import pytest

from tests.contract.ledger import Ledger
from tests.contract.records import a_party, an_item
from worker.errors import Disconnected, Throttled, TokenExpired
from worker.providers.port import Absent, Written


def test_an_expired_token_takes_nothing(ledger: Ledger) -> None:
    submission = ledger.prepared(a_party())
    ledger.company.fault(fault="auth_expired", where="write")

    with pytest.raises(TokenExpired):
        ledger.books.send(submission)
    assert isinstance(ledger.send(submission), Written)


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
    assert error.value.pause > timedelta(0)
    assert ledger.look(submission.parts[0]) == Absent()


def test_withdrawn_consent_needs_a_person(ledger: Ledger) -> None:
    ledger.company.withdraw_consent()

    with pytest.raises((Disconnected, TokenExpired)):
        ledger.books.test()


def test_an_engineer_gets_the_correlation_id(ledger: Ledger) -> None:
    answer = ledger.books.send(ledger.prepared(an_item()))

    assert answer.correlation_id
