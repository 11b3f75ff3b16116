"""A service that only publishes installs the base: pydantic, pika and our wheel, nothing else."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pika
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pika.adapters.blocking_connection import BlockingChannel

from events import topology

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("schemas", "events", "worker", "deploy/migrations")
BUILD = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
PUBLISH = """
import sys
from events.publisher import Publisher

ada = {"id": "1", "name": "Ada"}
with Publisher(sys.argv[1]) as publisher:
    print(publisher.publish("customer.created", source="/cmms/x", tenant="t", data=ada))
"""


def run(*command: str | Path, directory: Path) -> str:
    """What it prints; away from the checkout, and not led back to it by PYTHONPATH."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy: setuptools leaves its traces where it builds."""
    directory = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "LICENSE", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, directory)
    for folder in SHIPPED:
        if (ROOT / folder).exists():
            without = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / folder, directory / folder, ignore=without)
    printed = run(sys.executable, "-c", BUILD, directory, directory=directory)
    return directory / printed.splitlines()[-1]


@pytest.fixture(scope="module")
def base_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment that holds the base install, pinned as in the lock."""
    directory = tmp_path_factory.mktemp("base")
    venv.create(directory / "venv", with_pip=False)
    python = directory / "venv/bin/python"
    pins = directory / "pins.txt"
    pins.write_text("".join(locked()[name] for name in sorted(closure("cmms-books"))))
    run(*installer(python), "--require-hashes", "-r", pins, directory=directory)
    run(*installer(python), "--no-deps", "--no-index", wheel, directory=directory)
    return python


@pytest.fixture
def channel(rabbitmq_url: str) -> Iterator[BlockingChannel]:
    connection = pika.BlockingConnection(pika.URLParameters(rabbitmq_url))
    with connection.channel() as channel:
        yield channel
    connection.close()


def installer(python: Path) -> list[str | Path]:
    """An environment made with uv has no pip, so then uv is there."""
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "-q", "--python", python]
    return [sys.executable, "-m", "pip", "--python", python, "install", "-qq"]


def locked() -> dict[str, str]:
    """The lines of requirements.lock with their hashes, by project name."""
    lock = (ROOT / "requirements.lock").read_text()
    entries = re.findall(r"^[a-z].*\n(?:    .*\n)*", lock, re.MULTILINE)
    return {entry.partition("==")[0]: entry for entry in entries}


def closure(project: str) -> set[str]:
    """What the base of a project needs, directly and through others, on this platform."""
    needed: set[str] = set()
    for text in importlib.metadata.requires(project) or []:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            name = canonicalize_name(requirement.name)
            needed |= {name} | closure(name)
    return needed


def messages(channel: BlockingChannel, queue: str) -> list[str]:
    """The ids of what is in the queue now; publishers put them into the messages' properties."""
    got = iter(lambda: channel.basic_get(queue, auto_ack=True), (None, None, None))
    return [properties.message_id or "" for _, properties, _ in got if properties]


def test_the_wheel_holds_every_module(wheel: Path) -> None:
    written = {
        str(path.relative_to(ROOT)).replace("deploy/migrations", "worker/migrations")
        for folder in SHIPPED
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert not written - set(zipfile.ZipFile(wheel).namelist())


def test_the_base_install_brings_two_libraries() -> None:
    direct = importlib.metadata.requires("cmms-books") or []

    names = {Requirement(text).name for text in direct if "extra ==" not in text}

    assert names == {"pika", "pydantic"}


def test_the_base_install_publishes_an_event(
    base_python: Path, channel: BlockingChannel, rabbitmq_url: str
) -> None:
    topology.declare_exchange(channel, topology.EVENTS)
    queue = channel.queue_declare("", exclusive=True).method.queue
    channel.queue_bind(queue, topology.EVENTS, "customer.created")

    event = run(base_python, "-c", PUBLISH, rabbitmq_url, directory=base_python.parent).strip()

    assert event in messages(channel, queue)
