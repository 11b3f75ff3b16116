"""Where things are in a checkout, and how `./dev` speaks to the person who started it."""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
COMPOSE_FILE = ROOT / "docker-compose.yml"

STARTED = time.monotonic()


class Unavailable(Exception):
    """One way to get what we need is closed; the message says why, and the next way is tried."""


class Stop(Exception):
    """Nothing else may be tried: the message says what the person has to change."""


def say(message: str) -> None:
    """Progress goes to stderr, so that a command's own output can be piped."""
    print(f"dev {time.monotonic() - STARTED:5.1f}s  {message}", file=sys.stderr, flush=True)


def is_root() -> bool:
    return os.geteuid() == 0


def may_install() -> bool:
    """Whether apt-get may be used: DEV_NO_INSTALL=1 forbids it."""
    return not os.environ.get("DEV_NO_INSTALL")
