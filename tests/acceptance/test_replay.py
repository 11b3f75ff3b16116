"""`./dev replay`: a whole stream through the whole system, compared to the cent."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import Command
from tests.system import broker, streams
from tests.system.environment import ROOT

SMALL = ROOT / "tests/data/small.jsonl"
EXPECTED = ROOT / "tests/data/small.expected.json"


@pytest.fixture
def wrong_expectation(tmp_path: Path) -> Path:
    """The expected end of the small stream with one cent too much on one invoice."""
    expected: dict[str, Any] = json.loads(EXPECTED.read_text())
    expected["documents"]["invoice"]["INV-1013"] = "899.01"
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(expected))
    return path


@pytest.mark.slow
def test_a_replay_finds_and_writes_what_is_expected_in_every_ledger(
    command: Command, tmp_path: Path
) -> None:
    statuses, books = tmp_path / "statuses.jsonl", tmp_path / "books.json"
    files = ("--statuses", statuses, "--books", books)

    done = command("tests.system.replay", SMALL, "--expect", EXPECTED, "--provider", "both", *files)

    assert done.returncode == 0, done.stdout + done.stderr
    events = [line.envelope for line in streams.read(statuses)]
    told = Counter((one["type"], one["data"]["provider"]) for one in events)
    for provider, kinds in json.loads(books.read_text()).items():
        assert told["accounting.record.synced", provider] >= 9 + 4 + 12 + 21 + 6 + 8 + 15
        assert {row["record_id"] for row in kinds["invoice"]} >= set(expected_invoices())


@pytest.mark.slow
def test_disorder_repeats_and_kills_change_nothing_of_the_end(command: Command) -> None:
    done = command("tests.system.replay", SMALL, "--expect", EXPECTED, "--hard", "--multicurrency")

    assert done.returncode == 0, done.stdout + done.stderr
    killed = re.search(r"(\d+) x kill -9 .*, (\d+) of them during a write", done.stdout)
    assert killed
    assert int(killed[1]) >= 4
    assert "the books hold what was expected, sums in USD included" in done.stdout


def expected_invoices() -> dict[str, str]:
    found: dict[str, str] = json.loads(EXPECTED.read_text())["documents"]["invoice"]
    return found


@pytest.mark.slow
def test_a_cent_too_much_fails_and_is_named(command: Command, wrong_expectation: Path) -> None:
    done = command("tests.system.replay", SMALL, "--expect", wrong_expectation)

    assert done.returncode == 1
    fault = "not as expected: QuickBooks: invoice: INV-1013 has a total of 899.00 instead of 899.01"
    assert fault in done.stdout


def test_a_second_system_on_one_broker_is_refused(command: Command, rabbitmq_url: str) -> None:
    with broker.alone(rabbitmq_url):
        done = command("tests.system.replay", SMALL)

    assert done.returncode == 1
    assert "another demo, replay, chaos or acceptance run uses this RabbitMQ" in done.stdout


def test_a_stream_that_is_no_file_is_named(command: Command) -> None:
    done = command("tests.system.replay", "nowhere.jsonl")

    assert done.returncode == 2
    assert "there is no file nowhere.jsonl" in done.stderr
