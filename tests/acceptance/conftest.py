"""Commands as a user runs them, with the services of the session."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.system.environment import ROOT, Services

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(postgres_url: str, rabbitmq_url: str, tmp_path: Path) -> dict[str, str]:
    """What `./dev` hands to its verbs; temporary files go where pytest clears up."""
    chosen = {"DATABASE_URL": postgres_url, "RABBITMQ_URL": rabbitmq_url, "TMPDIR": str(tmp_path)}
    return {**os.environ, **chosen, "PYTHONPATH": str(ROOT)}


@pytest.fixture
def command(environment: dict[str, str], tmp_path: Path) -> Command:
    """Run a module of the project to its end: `command("tests.system.demo")`."""

    def run(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def system_services(postgres_url: str, rabbitmq_url: str) -> Services:
    """The services for a system that a test starts itself."""
    return Services(postgres_url, rabbitmq_url)
