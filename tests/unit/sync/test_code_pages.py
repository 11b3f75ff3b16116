"""The pages of codes: complete, as generated, and true in what they name."""

import re
from pathlib import Path

import click
import pytest

from worker import bootstrap
from worker.cli import main
from worker.failures import CODES
from worker.sync import code_pages

FOLDER = Path(__file__).resolve().parents[3] / code_pages.FOLDER


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return code_pages.pages(bootstrap.signs())


def test_the_pages_are_those_that_the_code_makes(written: dict[str, str]) -> None:
    kept = {path.name: path.read_text() for path in FOLDER.iterdir()}

    assert kept == written, f"run `books codes pages {code_pages.FOLDER}`"


def test_every_code_has_a_page_and_stands_in_the_index(written: dict[str, str]) -> None:
    listed = set(re.findall(r"\]\((\w+)\.md\)", written[code_pages.INDEX]))

    assert written.keys() - {code_pages.INDEX} == {f"{code}.md" for code in CODES}
    assert listed == set(CODES)


def test_every_fault_of_a_ledger_stands_on_the_page_of_its_code(written: dict[str, str]) -> None:
    signs = [(name, one) for name, all_ in bootstrap.signs().items() for one in all_]

    assert len(signs) > 100
    for ledger, one in signs:
        assert f"| {ledger} | {one.fault} | " in written[f"{one.code}.md"]


def test_pages_leave_nothing_to_be_filled_in(written: dict[str, str]) -> None:
    prose = {name: text.split("## What the ledgers say")[0] for name, text in written.items()}

    assert not [name for name, text in prose.items() if re.search(r"[{}]|\bNone\b", text)]


def test_pages_name_commands_that_exist(written: dict[str, str]) -> None:
    text = "\n".join(written.values()).replace("`books\n", "`books ")
    named = set(re.findall(r"(?:^|`)(books(?: [a-z][a-z-]+)+)", text, re.MULTILINE))

    assert "books match link" in named
    assert not [one for one in named if not exists(one)]


def exists(command: str) -> bool:
    """Whether the first words are a command, and the rest, if any, what it is given."""
    found: click.Command | None = main
    for word in command.split()[1:]:
        if not isinstance(found, click.Group):
            return True
        found = found.commands.get(word)
    return found is not None


def test_pages_of_codes_that_are_no_more_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "no_such_code.md").write_text("old")

    code_pages.write(tmp_path, {})

    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(code_pages.pages({}))


@pytest.mark.parametrize(("code", "page"), [("stale", "stale"), ("no_such_code", "defect")])
def test_a_code_leads_to_its_page(code: str, page: str) -> None:
    assert code_pages.address(code) == f"deploy/errors/{page}.md"
