"""The README against the code, and what must stand in no file: nothing here is checked by hand."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import prometheus_client
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from deploy.dev.__main__ import VERBS
from schemas.catalogue import INBOUND, STATUS
from schemas.invalid import Category as Invalid
from tests.bench.__main__ import BENCHES
from tests.chaos.__main__ import SCENARIOS
from tests.commands_shown import wrong
from worker import metrics
from worker.cli import main
from worker.errors import Category
from worker.failures import CODES
from worker.providers.port import Traits
from worker.settings import Settings
from worker.sync.mapping import USES
from worker.sync.options import OPTIONS, Options, intervals

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
FOLDERS = ("schemas", "events", "worker", "deploy", "tests")
OUTBOUND = r"\baccounting\.(?!events\b)[a-z_]+\.[a-z_]+"

# Put together, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.$}/-])/(?:work|root|Users|home/\w+|opt/pypi|tmp/team)/\w",
    "an index or mirror of packages": r"(?i)https?://[^\s\"'/]*(?:pypi|artifactory|nexus|mirror)",
    "a registry's host": r"(?i)\b(?:docker|ghcr|quay|gcr|\w+\.azurecr)\.io/",
    "a private key": "-----BEGIN [A-Z ]*PRIVATE" + " KEY",
    "a sealed secret": "\\bgAAAA" + r"[\w-]{60,}",
    "a token": "\\beyJ" + r"[\w-]{20,}\.[\w-]+",
    "a key of a cloud": r"\b(?:AKIA|ghp_|github_pat_|xox[bp]-|sk-)[A-Za-z0-9_-]{16,}",
}


def code() -> Iterator[str]:
    """What the README shows as code: blocks, and spans between single backticks; of a `console`
    only what is typed."""
    for kind, block, span in re.findall(r"```(\w*)\n(.*?)```|`([^`\n]+)`", README, re.DOTALL):
        typed = re.findall(r"^\$ (.*)", block, re.MULTILINE)
        yield ("\n".join(typed) if kind == "console" else block) or span


def tables() -> Iterator[list[str]]:
    """The rows of all tables, as cells."""
    for line in README.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def settings(
    model: type[BaseModel] = Settings, prefix: str = "BOOKS_"
) -> Iterator[tuple[str, str]]:
    """Every setting as its variable, with its default as a cell of the README has it."""
    for name, field in model.model_fields.items():
        if isinstance(field.default, BaseModel):
            yield from settings(type(field.default), f"{prefix}{name.upper()}__")
        elif field.default is PydanticUndefined:
            yield prefix + name.upper(), "required"
        else:
            yield prefix + name.upper(), "none" if field.default is None else f"`{field.default}`"


def commands(command: click.Command = main, path: str = "books") -> Iterator[str]:
    """Every command that does something, with the groups before it."""
    if not isinstance(command, click.Group):
        yield path
        return
    for name, inner in command.commands.items():
        yield from commands(inner, f"{path} {name}")


def metric_names() -> set[str]:
    """Every metric as the README names it: histograms and gauges plain, counters with `_total`."""
    defined = [
        one for one in vars(metrics).values()
        if isinstance(one, prometheus_client.Counter | prometheus_client.Histogram)
    ]  # fmt: skip
    gauges = metrics.GaugeCollector(metrics.Backlog, metrics.Depths).collect()
    families = [family for one in (*defined, metrics.BUILD_INFO) for family in one.describe()]
    return {f.name + ("_total" if f.type == "counter" else "") for f in (*families, *gauges)}


def letter_categories() -> set[str]:
    """The faults of messages, and whatever the use cases give a DeadLetter as its category."""
    found = {category.value for category in Invalid}
    for path in (ROOT / "worker/sync").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                found |= set(_category(node, node.func.id))
    return found


def _category(call: ast.Call, name: str) -> Iterator[str]:
    given = [word.value for word in call.keywords if word.arg == "category"]
    if name == "dead_letter":  # (delivery, category, reason, ...)
        given += call.args[1:2]
    if name in ("DeadLetter", "dead_letter"):
        yield from (str(one.value) for one in given if isinstance(one, ast.Constant))


def tracked() -> list[Path]:
    """The files of the repository; links are left out."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def anchors() -> set[str]:
    """The headings, as links name them."""
    headings = re.findall(r"^#+ (.+)$", README, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_setting_is_there_with_its_default() -> None:
    shown = {row[0].strip("`"): row[1] for row in tables() if row[0].startswith("`BOOKS_")}

    assert shown == dict(settings())


def test_no_setting_is_named_that_does_not_exist() -> None:
    named = set(re.findall(r"\bBOOKS_[A-Z_]+", README))

    assert not named - dict(settings()).keys()


def test_every_command_of_books_is_there() -> None:
    shown = "\n".join(code())

    assert not [path for path in commands() if not re.search(rf"{path}\b(?!-)", shown)]


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", *sorted((ROOT / "deploy/errors").glob("*.md"))],
    ids=lambda p: p.stem,
)
def test_commands_of_books_that_are_shown_would_be_taken(path: Path) -> None:
    assert not wrong(path.read_text())


def test_the_verbs_of_dev_are_those_of_the_readme() -> None:
    assert set(re.findall(r"\./dev ([a-z]+)", README)) == VERBS.keys()


def test_every_scenario_and_measurement_is_there() -> None:
    shown = {row[0]: spans(row[1]) for row in tables() if len(row) == 2}

    assert not SCENARIOS.keys() - set(shown["`./dev chaos`"])
    assert not BENCHES.keys() - set(shown["`./dev bench`"])


def test_every_inbound_event_type_is_there() -> None:
    assert not INBOUND.keys() - {span for text in code() for span in text.split()}


def test_the_status_event_types_are_those_of_the_readme() -> None:
    assert set(re.findall(OUTBOUND, README)) == STATUS.keys()


def test_the_metrics_are_those_of_the_readme() -> None:
    shown = {name for row in tables() for name in spans(row[0]) if name.startswith("books_")}

    assert shown == metric_names()


@pytest.mark.parametrize("category", Category)
def test_every_failure_code_stands_beside_its_category(category: Category) -> None:
    rows = {row[0]: spans(row[2]) for row in tables() if len(row) == 3}

    assert set(rows[f"`{category}`"]) == {
        code for code, entry in CODES.items() if entry.category is category
    }


def test_every_category_of_dead_letters_is_there() -> None:
    shown = {name for row in tables() if len(row) == 2 for name in spans(row[0])}

    assert not letter_categories() - shown


def test_every_key_of_the_mapping_is_there() -> None:
    assert not USES.keys() - {span for text in code() for span in text.split()}


def test_every_setting_of_a_connection_is_there_with_its_default() -> None:
    defaults = Options(feeds=intervals(Settings.model_construct(), Traits()))
    shown = {(key, row[1]) for row in tables() if len(row) == 3 for key in spans(row[0])}

    assert not {(key, f"`{option.read(defaults)}`") for key, option in OPTIONS.items()} - shown


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", README)

    assert links
    assert not [link for link in links if link.startswith("#") and link[1:] not in anchors()]
    assert not [link for link in links if link[0] not in "#h" and not (ROOT / link).exists()]


def test_files_that_are_named_exist() -> None:
    named = {span for text in code() for span in text.split() if span.startswith(FOLDERS)}
    paths = {span for span in named if "/" in span}

    assert paths
    assert not [path for path in paths if not (ROOT / path).exists()]


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_python_in_the_readme_compiles(block: str) -> None:
    compile(block, "README.md", "exec")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds_what_belongs_to_one_machine(what: str) -> None:
    found = re.compile(FORBIDDEN[what])

    assert not [
        f"{path.relative_to(ROOT)}: {hit[0]}"
        for path in tracked()
        for hit in found.finditer(path.read_text(errors="replace"))
    ]
