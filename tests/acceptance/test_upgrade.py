"""A release while everything works: migrations under the old processes, then old beside new."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from tests.chaos import sales
from tests.system import connecting, quiet, streams
from tests.system.environment import ROOT, Services
from tests.system.processes import KINDS, System, running

TENANT = "upgrade"
GIT = ("git", "-c", "safe.directory=*", "-C", str(ROOT))
NEW = ("worker-drive-new", "intake-new")
MANY = 10
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
    """New customers taken in and pushed."""
    numbers = range(MANY * number, MANY * (number + 1))
    customers = [sales.customer(TENANT, one, "Round") for one in numbers]
    streams.publish(system.services.broker, customers)
    quiet.wait(system, 60)


@pytest.mark.slow
def test_old_and_new_processes_work_side_by_side(system_services: Services, before: Path) -> None:
    with running(system_services, code=before, wake_all_seconds=1) as system:
        system.start_all()
        system.code = ROOT
        system.quickly("migrate")
        company = connecting.connect(system, TENANT, system.ledger.company).company_id
        work(system, 0)  # the old ones, on the new tables

        for name in NEW:
            system.start(name.removesuffix("-new"), name).wait_ready()
        work(system, 1)  # whoever is quicker

        ended = [system.stop(name) for name in KINDS]
        for kind in ("worker-housekeeping", "scheduler"):
            system.start(kind).wait_ready()
        work(system, 2)  # the new ones alone
        books = [one["name"] for one in system.ledger.books(company)["customer"]]
        dead = system.rows("SELECT count(*) FROM dead_letters")

    made = sorted(name for name in books if name.startswith("Round "))
    assert made == sorted(f"Round {number}" for number in range(3 * MANY))
    assert not any(one.forced for one in ended)
    assert dead == [{"count": 0}]
