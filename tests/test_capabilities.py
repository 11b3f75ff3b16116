"""tests/CAPABILITIES.md: every capability names tests that prove it, and each of them exists."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests/CAPABILITIES.md"
_TEST = re.compile(r"`([^`]+\.py)::([^`]+)`")
_LEAST_ROWS = 100  # a table that is not read any more would pass in silence


def rows(text: str) -> dict[str, list[tuple[str, str]]]:
    """Capability -> its tests: the file and the name of each."""
    cells = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {
        cell[0]: _TEST.findall(cell[-1] if len(cell) > 1 else "")
        for cell in cells
        if cell[0] != "capability"
    }


@cache
def defined(path: Path) -> frozenset[str]:
    """The tests that pytest would find in a file; none if there is no such file."""
    if not path.is_file():
        return frozenset()
    names = (node.name for node in _functions(ast.parse(path.read_text())))
    return frozenset(name for name in names if name.startswith("test_"))


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in module.body if isinstance(node, ast.FunctionDef))


def missing(text: str, root: Path) -> list[str]:
    """What is wrong with the table, a sentence each."""
    found = []
    for capability, tests in rows(text).items():
        if not tests:
            found.append(f"{capability}: names no test")
        for file, name in tests:
            if name not in defined(root / file):
                found.append(f"{capability}: there is no {file}::{name}")
    return found


def test_every_capability_has_tests_that_exist() -> None:
    assert not missing(TABLE.read_text(), ROOT)


def test_the_table_is_read() -> None:
    assert len(rows(TABLE.read_text())) >= _LEAST_ROWS


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("| Bills | |", "Bills: names no test"),
        ("| Bills | proven by hand |", "Bills: names no test"),
        ("| Bills | `test_one.py::test_gone` |", "Bills: there is no test_one.py::test_gone"),
        ("| Bills | `test_two.py::test_here` |", "Bills: there is no test_two.py::test_here"),
        ("| Bills | `test_one.py::inner` |", "Bills: there is no test_one.py::inner"),
    ],
)
def test_a_row_without_an_existing_test_is_named(tmp_path: Path, row: str, said: str) -> None:
    module = (
        "def test_here() -> None:\n    def test_gone() -> None: ...\n\ndef inner() -> None: ...\n"
    )
    (tmp_path / "test_one.py").write_text(module)

    found = missing(f"| capability | proven by |\n|---|---|\n{row}\n", tmp_path)

    assert found == [said]
