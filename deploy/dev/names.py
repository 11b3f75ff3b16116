"""A run's name, which its directory and containers bear, and which tells if it still lives."""

import os
import re
import secrets

PREFIX = "cmms-books-dev"
MARK = "DEV_RUN"  # every process of a run inherits it: the run's directory


def new() -> str:
    return f"{PREFIX}-{os.getpid()}-{secrets.token_hex(3)}"


def is_dead(run: str) -> bool:
    """True if the process that bore this name is gone; False for what is no run's name."""
    found = re.match(rf"{PREFIX}-(\d+)-", run)
    if not found:
        return False
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, alive
        return False
    return False
