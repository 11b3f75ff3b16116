"""`./dev lint`: format, rules, types, and a lock that names no address."""

import subprocess
from pathlib import Path

from deploy.dev.paths import LOCK, ROOT

TYPED = ("schemas", "events", "worker", "deploy", "tests")


def run(python: Path) -> int:
    """Every check runs, whatever the others say; 0 only if all pass."""
    tool = [str(python), "-m"]
    typed = [folder for folder in TYPED if any((ROOT / folder).rglob("*.py"))]
    statuses = [
        _check([*tool, "ruff", "format", "--check", "."]),
        _check([*tool, "ruff", "check", "."]),
        _check([*tool, "mypy", *typed]),
        _check_lock(),
    ]
    return max(statuses)


def _check(command: list[str]) -> int:
    print(f"$ {' '.join(command[2:])}", flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _check_lock() -> int:
    """A recorded host would break everybody behind another mirror."""
    wrong = [line for line in LOCK.read_text().splitlines() if "://" in line or "index" in line]
    print(f"$ addresses in {LOCK.name}: {len(wrong)}")
    for line in wrong:
        print(f"  {line}")
    return 1 if wrong else 0
