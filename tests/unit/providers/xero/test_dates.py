"""Dates of Xero: ticks and text, days that no zone may move."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from worker.providers.wire import Body
from worker.providers.xero.dates import changed, day, header, moment


@pytest.mark.parametrize(
    "text",
    [
        "/Date(1789344000000+0000)/",
        "/Date(1789344000000)/",
        "/Date(1789344000000+1300)/",  # the offset is display only
        "2026-09-14T00:00:00",
        "2026-09-14T00:00:00Z",
        "2026-09-14T00:00:00.0000000",
        "2026-09-14T12:00:00+12:00",
    ],
)
def test_every_form_of_a_moment_is_read_as_utc(text: str) -> None:
    assert moment(text) == datetime(2026, 9, 14, tzinfo=UTC)


def test_moments_before_1970_have_negative_ticks() -> None:
    assert moment("/Date(-86400000+0000)/") == datetime(1969, 12, 31, tzinfo=UTC)


def test_milliseconds_are_kept() -> None:
    assert moment("/Date(1789378199100)/").microsecond == 100_000


def test_what_is_no_date_is_said_so() -> None:
    with pytest.raises(ValueError, match="soon"):
        moment("soon")


@pytest.mark.parametrize(
    "text", ["/Date(1789344000000+0000)/", "2026-09-14T00:00:00", "2026-09-14"]
)
def test_a_day_is_the_organisations_own(text: str) -> None:
    assert day({"Date": text}, "Date") == date(2026, 9, 14)


@pytest.mark.parametrize("record", [{}, {"Date": None}, {"Date": ""}])
def test_an_absent_day_is_none(record: Body) -> None:
    assert day(record, "Date") is None


def test_a_record_says_when_it_changed() -> None:
    stamp = {"UpdatedDateUTC": "/Date(1789344000500+0000)/"}

    assert changed(stamp) == datetime(2026, 9, 14, 0, 0, 0, 500_000, tzinfo=UTC)
    assert changed({}) is None


def test_modified_since_is_asked_in_whole_seconds_of_utc() -> None:
    since = datetime(2026, 9, 14, 12, 0, 0, 900_000, tzinfo=timezone(timedelta(hours=12)))

    assert header(since) == "2026-09-14T00:00:00"
