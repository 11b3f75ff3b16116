"""What a runbook page says is to be run: the lines of its blocks marked as ```sh drill."""

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

RUNBOOKS = Path(__file__).resolve().parents[2] / "deploy/runbooks"
_BLOCK = re.compile(r"^```sh drill\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands(alert: str, folder: Path = RUNBOOKS) -> list[str]:
    """The command lines of the page of an alert, in order; empty where a person must do it all.

    Raises ValueError for a line that is none of `books`.
    """
    blocks = _BLOCK.findall((folder / f"{alert}.md").read_text())
    lines = (line.partition(" #")[0].strip() for block in blocks for line in block.splitlines())
    found = [line for line in lines if line]
    if other := [line for line in found if not line.startswith("books ")]:
        raise ValueError(f"{alert}: the drill runs `books` alone, not `{other[0]}`")
    return found


def words(line: str, examples: Mapping[str, object]) -> list[str]:
    """One line as arguments, its examples (`acme`, `CUS-7`, `17`) replaced by what is meant."""
    return [str(examples.get(word, word)) for word in shlex.split(line)]
