"""The disorder of `./dev replay --hard`: within its bounds, and the same for the same seed."""

from datetime import datetime, timedelta

from tests.system import hard, streams
from tests.system.environment import ROOT
from tests.system.streams import Line

SMALL = streams.read(ROOT / "tests/data/small.jsonl")
JUNK = Line(b"junk", {}, "customer.created")


def moment(line: Line) -> datetime:
    return datetime.fromisoformat(line.envelope["time"])


def body(line: Line) -> bytes:
    return line.body


def test_every_event_comes_twice() -> None:
    found = hard.disordered(SMALL, 1)

    assert sorted(map(body, found)) == sorted(map(body, SMALL * 2))


def test_the_order_is_another_one_and_follows_from_the_seed() -> None:
    found = hard.disordered(SMALL, 1)

    assert found == hard.disordered(SMALL, 1)
    assert found != hard.disordered(SMALL, 2)
    assert list(dict.fromkeys(map(body, found))) != list(dict.fromkeys(map(body, SMALL)))


def test_nothing_overtakes_what_is_more_than_an_hour_older() -> None:
    in_order = sorted(SMALL, key=moment)

    found = hard.disordered(in_order, 1)

    for place, line in enumerate(found):
        assert all(moment(later) > moment(line) - timedelta(hours=1) for later in found[place:])


def test_what_is_no_event_keeps_its_place_in_time() -> None:
    lines = [JUNK, *SMALL[:50], JUNK, *SMALL[50:]]

    found = hard.disordered(lines, 1)

    places = [place for place, line in enumerate(found) if line is JUNK]
    assert places[:2] == [0, 1]
    assert all(50 < place < 150 for place in places[2:])
