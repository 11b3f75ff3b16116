"""The virtual environment in .venv: made from requirements.lock, and again only when that, the
Python or the place of the checkout has changed. With uv if it is on PATH, else with pip.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.dev import apt, probes
from deploy.dev.paths import LOCK, ROOT, VENV, Stop, Unavailable, say

PYTHON = VENV / "bin/python"
PACKAGES_STAMP = VENV / ".packages"
PROJECT_STAMP = VENV / ".project"
ITSELF = ("--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat")


def python() -> Path:
    """The environment's interpreter, after everything pinned is installed."""
    if not (_has_packages() and _has_project()):
        with alone():
            if not _has_packages():
                _install_packages()
            if not _has_project():
                _install_project()
    return PYTHON


def _has_packages() -> bool:
    return _holds(PACKAGES_STAMP, _packages_stamp())


def _has_project() -> bool:
    return _holds(PROJECT_STAMP, _project_stamp())


def _holds(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text() == wanted


def _packages_stamp() -> str:
    parts = (LOCK.read_bytes(), sys.version.encode(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _project_stamp() -> str:
    """Over what an installation takes from pyproject.toml; settings of tools do not count."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    installed = (described["project"], described["build-system"], described["tool"]["setuptools"])
    return hashlib.sha256(repr(installed).encode()).hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """Two runs may start at once: the second waits, and finds the work in .venv done."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_packages() -> None:
    say(f"making .venv with Python {sys.version.split()[0]} and the pinned packages")
    shutil.rmtree(VENV, ignore_errors=True)
    if uv := shutil.which("uv"):
        _run(uv, "venv", "-q", "--no-project", "-p", sys.executable, str(VENV))
    else:
        _require_venv_module()
        _run(sys.executable, "-m", "venv", str(VENV))
    _run(*_installer(), "--require-hashes", "-r", str(LOCK))
    PACKAGES_STAMP.write_text(_packages_stamp())


def _install_project() -> None:
    _run(*_installer(), *ITSELF, "-e", str(ROOT))
    PROJECT_STAMP.write_text(_project_stamp())


def _installer() -> list[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "-q", "--python", str(PYTHON)]
    return [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]


def _require_venv_module() -> None:
    """Debian keeps ensurepip in a package of its own."""
    if probes.output(sys.executable, "-c", "import ensurepip, venv") is not None:
        return
    version = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    try:
        apt.install(version)
    except Unavailable as reason:
        raise Stop(
            f"this Python cannot make a virtual environment ({reason}): "
            f"sudo apt-get install {version}, or put uv on PATH"
        ) from None


def _run(*command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if (status := subprocess.run(command, env=environment, check=False).returncode) != 0:
        raise Stop(f"{' '.join(command[:4])} ... ended with {status}")
