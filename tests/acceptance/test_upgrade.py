"""A release while everything works: migrations under the old processes, then old beside new."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from tests.chaos import sales
from tests.system import connecting, quiet, streams
from tests.system.environment import ROOT, Services
from tests.system.processes import KINDS, System, running

TENANT = "upgrade"
GIT = ("git", "-c", "safe.directory=*", "-C", str(ROOT))
OLD, NEW = ("worker-drive", "intake"), ("worker-drive-new", "intake-new")
MOST_ROUNDS = 40
FIRST_OF_RELEASE = "0004"
"""The first migration that the release before this one does not have."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code as it was before the first migration of this release came."""
    (first,) = (ROOT / "deploy/migrations/versions").glob(f"{FIRST_OF_RELEASE}_*.py")
    added = git("log", "--diff-filter=A", "--format=%H", "--", str(first)).decode().split()
    if not added:
        pytest.skip("this checkout has no history (a shallow clone): nothing to upgrade from")
    place = tmp_path_factory.mktemp("before")
    with tarfile.open(fileobj=BytesIO(git("archive", f"{added[-1]}^"))) as archive:
        archive.extractall(place, filter="data")
    return place


def git(*arguments: str) -> bytes:
    return subprocess.run([*GIT, *arguments], capture_output=True, check=True).stdout


def work(system: System, number: int) -> None:
    """Two customers taken in and pushed, each change by whoever is quicker."""
    customers = [sales.customer(TENANT, 2 * number + one, "Round") for one in range(2)]
    streams.publish(system.services.broker, customers)
    quiet.wait(system, 60)


def took_part(system: System, name: str) -> bool:
    url = system.processes[name].metrics_url
    assert url
    counted = ("books_provider_requests_total{", 'books_events_total{result="accepted"}')
    figures = (line for line in httpx.get(url).text.splitlines() if line.startswith(counted))
    return any(float(line.rpartition(" ")[2]) for line in figures)


@pytest.mark.slow
def test_old_and_new_processes_work_side_by_side(system_services: Services, before: Path) -> None:
    with running(system_services, code=before, wake_all_seconds=1) as system:
        system.start_all()
        company = connecting.connect(system, TENANT, system.ledger.company).company_id
        work(system, 0)

        system.code = ROOT
        system.books("migrate")
        for name in NEW:
            system.start(name.removesuffix("-new"), name).wait_ready()
        rounds = 1
        while not all(took_part(system, name) for name in (*OLD, *NEW)):
            assert rounds < MOST_ROUNDS
            work(system, rounds)
            rounds += 1

        ended = [system.stop(name) for name in KINDS]
        for kind in KINDS:
            if kind not in OLD:
                system.start(kind).wait_ready()
        work(system, rounds)
        books = [one["name"] for one in system.ledger.books(company)["customer"]]
        made = sorted(name for name in books if name.startswith("Round "))
        dead = system.rows("SELECT count(*) FROM dead_letters")

    assert made == sorted(f"Round {number}" for number in range(2 * rounds + 2))
    assert not any(one.forced for one in ended)
    assert dead == [{"count": 0}]
