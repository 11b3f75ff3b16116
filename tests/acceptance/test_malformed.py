"""Messages that break the contract are kept whole with a reason; those that only look odd pass."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.system import connecting, quiet, streams
from tests.system.environment import ROOT, Services
from tests.system.processes import System, running
from tests.system.streams import Line

FILE = ROOT.parent / "shared/data/malformed.jsonl"
TENANT = "malformed-lab"
LINKS = "SELECT record_id, status FROM sync_status WHERE tenant_id = %(tenant)s"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FILE.exists(), reason="the malformed messages are not here"),
]


@dataclass(frozen=True)
class Ended:
    """What became of all messages: dead letters by body, and the state of every record."""

    letters: dict[str, dict[str, Any]]
    records: dict[str, str]

    def letter(self, line: Line) -> dict[str, Any] | None:
        return self.letters.get(line.body.decode("utf-8", "backslashreplace"))


def valid() -> dict[str, object]:
    """Whether each message is valid, by name: True, False or "either"."""
    lines = FILE.read_text().splitlines() if FILE.exists() else []
    return {one["name"]: one["valid"] for one in map(json.loads, lines)}


def named(wanted: object) -> list[str]:
    return [name for name, validity in valid().items() if validity == wanted]


@pytest.fixture(scope="module")
def messages() -> dict[str, Line]:
    return streams.read_messages(FILE)


@pytest.fixture(scope="module")
def ended(system_services: Services, messages: dict[str, Line]) -> Iterator[Ended]:
    """Everything published to a running system, and come to rest."""
    with running(system_services) as system:
        system.start_all()
        connecting.connect(system, TENANT, system.ledger.company)
        streams.publish(system_services.broker, messages.values())
        quiet.wait(system, 90)
        yield Ended(letters(system), records(system))


def letters(system: System) -> dict[str, dict[str, Any]]:
    found = map(json.loads, system.books("dead-letters", "export").splitlines())
    return {letter["body"]: letter for letter in found}


def records(system: System) -> dict[str, str]:
    return {row["record_id"]: row["status"] for row in system.rows(LINKS, tenant=TENANT)}


@pytest.mark.parametrize("name", named(False))
def test_an_invalid_message_is_kept_with_its_reason(
    name: str, ended: Ended, messages: dict[str, Line]
) -> None:
    letter = ended.letter(messages[name])

    assert letter
    assert letter["reason"]
    assert letter["state"] == "open"


@pytest.mark.parametrize("name", named(True))
def test_a_valid_message_goes_its_way(name: str, ended: Ended, messages: dict[str, Line]) -> None:
    line = messages[name]

    assert ended.letter(line) is None
    assert ended.records[record_id(line)] in ("synced", "waiting", "skipped")


@pytest.mark.parametrize("name", named("either"))
def test_an_open_case_is_kept_or_taken(name: str, ended: Ended, messages: dict[str, Line]) -> None:
    line = messages[name]

    assert ended.letter(line) or record_id(line) in ended.records


def record_id(line: Line) -> str:
    """Binary messages carry the record alone."""
    data = line.envelope.get("data") or line.envelope
    return str(data.get("id"))
