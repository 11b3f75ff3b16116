"""The virtual environment in .venv: made from requirements.lock, and again only when that, the
project file, the Python or the place of the checkout has changed. With uv if it is there, else pip.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.dev import apt, probes
from deploy.dev.paths import LOCK, ROOT, VENV, Stop, Unavailable, say

PYTHON = VENV / "bin/python"
STAMP = VENV / ".stamp"
INSTALL_ITSELF = ("--no-deps", "--no-build-isolation", "--config-settings", "editable_mode=compat")


def python() -> Path:
    """The environment's interpreter, after everything pinned is installed."""
    if not _is_current():
        with _alone():
            if not _is_current():
                _make()
    return PYTHON


def _is_current() -> bool:
    return STAMP.exists() and STAMP.read_text() == _wanted()


def _wanted() -> str:
    project = (ROOT / "pyproject.toml").read_bytes()  # its entry points are installed too
    parts = (LOCK.read_bytes(), project, sys.version.encode(), str(ROOT).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs may start at once: the second waits, and finds the work done."""
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make() -> None:
    say(f"making .venv with Python {sys.version.split()[0]} and the pinned packages")
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv:
        _run(uv, "venv", "-q", "--no-project", "-p", sys.executable, str(VENV))
        pip = [uv, "pip", "install", "-q", "--python", str(PYTHON)]
    else:
        _require_venv_module()
        _run(sys.executable, "-m", "venv", str(VENV))
        pip = [str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    _run(*pip, "--require-hashes", "-r", str(LOCK))
    _run(*pip, *INSTALL_ITSELF, "-e", str(ROOT))
    STAMP.write_text(_wanted())


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
