"""Closed periods: what is held before it is sent, and what is dated to the first open day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from schemas.kinds import Kind
from tests.contract.records import an_invoice
from tests.unit.providers.quickbooks.lookups import a_create, a_lookup, a_removal, an_update
from worker.policies import ClosedPeriod, Policies
from worker.providers import periods
from worker.providers.lookup import Cause, Lookup
from worker.providers.periods import Dated
from worker.providers.port import Work
from worker.providers.refusals import Refusal

MARCH_14, MARCH_31, APRIL_1 = date(2026, 3, 14), date(2026, 3, 31), date(2026, 4, 1)


def closed(policy: ClosedPeriod = ClosedPeriod.HOLD) -> Lookup:
    """Books that are closed up to the end of March."""
    lookup = a_lookup(closed_until="2026-03-31")
    lookup.chart.policies = Policies(closed_period=policy)
    return lookup


def an_invoice_standing(day: date) -> Work:
    return replace(an_update(Kind.INVOICE, an_invoice()), dated=day)


def refused(ask: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as raised:
        ask()
    return raised.value


def test_books_without_closing_date_take_every_day() -> None:
    work = a_create(Kind.INVOICE, an_invoice())

    assert periods.period(work, MARCH_14, a_lookup(), "2026-1042") == Dated(MARCH_14)


def test_the_first_open_day_is_the_one_after_the_closing_date() -> None:
    work = a_create(Kind.INVOICE, an_invoice())

    assert periods.period(work, APRIL_1, closed(), "2026-1042") == Dated(APRIL_1)


def test_a_closed_day_is_held_and_waits_for_that_day() -> None:
    work = a_create(Kind.INVOICE, an_invoice())

    fault = refused(lambda: periods.period(work, MARCH_31, closed(), "2026-1042")).fault

    assert fault.code == "period_closed"
    assert fault.causes == {Cause("period", "2026-03-31")}


def test_a_closed_day_is_shifted_by_policy_and_the_note_says_so() -> None:
    work = a_create(Kind.INVOICE, an_invoice())

    dated = periods.period(work, MARCH_14, closed(ClosedPeriod.SHIFT), "2026-1042")

    assert dated.day == APRIL_1
    assert dated.note == "Dated 2026-03-14 in the CMMS; the books are closed until 2026-03-31"


def test_an_update_keeps_the_shifted_day() -> None:
    work = an_invoice_standing(APRIL_1)

    dated = periods.period(work, MARCH_14, closed(ClosedPeriod.SHIFT), "2026-1042")

    assert dated.day == APRIL_1


@pytest.mark.parametrize("policy", ClosedPeriod)
def test_nothing_is_changed_in_a_closed_period(policy: ClosedPeriod) -> None:
    work = an_invoice_standing(MARCH_14)

    fault = refused(lambda: periods.period(work, APRIL_1, closed(policy), "2026-1042")).fault

    assert fault.causes == {Cause("period", "2026-03-14")}


def test_nothing_is_removed_from_a_closed_period() -> None:
    work = replace(a_removal(Kind.INVOICE, an_invoice()), dated=MARCH_14)

    fault = refused(lambda: periods.removable(work, closed(), "2026-1042")).fault

    assert fault.causes == {Cause("period", "2026-03-14")}


def test_a_due_date_is_never_before_the_documents_own() -> None:
    dated = Dated(APRIL_1)

    assert dated.due(MARCH_31) == APRIL_1
    assert dated.due(date(2026, 5, 1)) == date(2026, 5, 1)
    assert dated.due(None) is None
