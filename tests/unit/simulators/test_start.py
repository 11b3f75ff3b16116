"""The process of the simulated ledgers: which it serves, where, and how it ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from tests.unit.simulators.client import ROOT, Json

NUMBER = "9130350000000001"


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], Json]]:
    command = [sys.executable, "-m", "tests.simulators", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, json.loads(process.stdout.readline())
        process.terminate()


@pytest.fixture(scope="module")
def both() -> Iterator[Json]:
    with started(
        *("--provider", "both", "--token-seconds", "77", "--key-seconds", "6"),
        *("--per-day", "5", "--company-id", NUMBER),
    ) as (_, line):
        yield line


def settings(ledger: Json) -> Json:
    with urlopen(f"{ledger['control']}/settings") as answer:
        return json.load(answer)


def test_one_process_serves_both_on_ports_of_their_own(both: Json) -> None:
    xero, quickbooks = both["xero"], both["quickbooks"]
    headers = {
        "Authorization": f"Bearer {xero['access_token']}",
        "xero-tenant-id": xero["companies"][0]["id"],
        "Accept": "application/json",
    }

    with urlopen(Request(f"{xero['api']}/api.xro/2.0/Organisation", headers=headers)) as answer:
        [organisation] = json.load(answer)["Organisations"]

    assert organisation["Name"] == xero["companies"][0]["name"]
    assert settings(quickbooks)["token_seconds"] == 77
    assert xero["api"] != quickbooks["api"]


def test_options_reach_the_ledgers_that_they_are_for(both: Json) -> None:
    found = settings(both["xero"])

    assert (found["token_seconds"], found["key_seconds"]) == (77, 6)
    assert found["limits"]["per_day"] == 5


def test_an_id_that_is_no_guid_is_made_one(both: Json) -> None:
    tenant = both["xero"]["companies"][0]["id"]

    assert both["quickbooks"]["companies"][0]["id"] == NUMBER
    assert tenant == "f1784509-edc8-5575-a1d1-d863f5359937"


def test_xero_alone_ends_in_order() -> None:
    with started("--provider", "xero") as (process, line):
        process.send_signal(signal.SIGTERM)

        assert process.wait(10) == 0

    assert line.keys() == {"xero"}
    assert line["xero"]["pkce_client_id"] != line["xero"]["client_id"]
