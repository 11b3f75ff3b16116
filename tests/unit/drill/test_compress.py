"""Rules with time compressed: what is a time shrinks, all else stays."""

import pytest

from tests.drill.compress import Scale, duration, expression, rules, seconds

SCALE = Scale(factor=60, least=3, most=10, least_range=5, most_range=30)


@pytest.mark.parametrize(
    ("written", "length"), [("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("2d", 172_800)]
)
def test_a_duration_is_so_many_seconds(written: str, length: float) -> None:
    assert seconds(written) == length


@pytest.mark.parametrize("written", ["", "5", "5 m", "m5", "5x"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no duration"):
        seconds(written)


@pytest.mark.parametrize(("length", "left"), [(0, 0), (60, 3), (300, 5), (86_400, 10)])
def test_waits_are_divided_within_bounds(length: float, left: float) -> None:
    assert SCALE.wait(length) == left


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("max(books_outbox_age_seconds) > 300", "max(books_outbox_age_seconds) > 5"),
        (
            'max by (reason) (books_waiting_oldest_seconds{reason=~"a|b"}) > 86400',
            'max by (reason) (books_waiting_oldest_seconds{reason=~"a|b"}) > 10',
        ),
        (
            "sum(increase(books_runs_total[10m])) > 300",
            "sum(increase(books_runs_total[10000ms])) > 300",
        ),
        (
            "max(books_oldest_due_seconds) > 600 and on () max(books_due_connections) > 600",
            "max(books_oldest_due_seconds) > 10 and on () max(books_due_connections) > 600",
        ),
        (
            'changes(process_start_time_seconds{job="books"}[30m]) > 3',
            'changes(process_start_time_seconds{job="books"}[30000ms]) > 3',
        ),
        (
            "max_over_time(books_run_oldest_seconds[1m]) > 90",
            "max_over_time(books_run_oldest_seconds[5000ms]) > 90",
        ),
        (
            'rate(books_x_seconds_bucket{le="300.0"}[5m])',
            'rate(books_x_seconds_bucket{le="5.0"}[5000ms])',
        ),
        ("rate(up[1h:1m] offset 2h) > 9", "rate(up[30000ms:5000ms] offset 30000ms) > 9"),
        ('up{job="5m > 600"} == 0', 'up{job="5m > 600"} == 0'),
    ],
)
def test_only_times_shrink_in_an_expression(before: str, after: str) -> None:
    assert expression(before, SCALE) == after


def test_a_rule_keeps_all_but_its_times() -> None:
    rule = {"alert": "A", "expr": "up == 0", "for": "5m", "labels": {"severity": "page"}}

    made = rules({"groups": [{"name": "g", "interval": "30s", "rules": [rule]}]}, SCALE)

    assert made == {"groups": [{"name": "g", "rules": [rule | {"for": duration(5)}]}]}
