"""Who may import whom: read from the source, so an import inside a function counts as well."""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("schemas", "events", "worker", "tests", "deploy")
ENTRYPOINTS = tuple(f"worker.{name}" for name in ("cli", "scheduler", "actors", "intake", "web"))
CONCRETE = ("worker.providers.quickbooks", "worker.providers.xero")
GROUND = tuple(f"worker.{name}" for name in ("settings", "errors", "metrics", "logs"))

FLOORS = (  # from the roof down: every import points to a lower floor
    ENTRYPOINTS,
    ("worker.bootstrap",),
    ("worker.sync",),
    ("worker.store", "worker.providers", "worker.broker", "events"),
    (
        "worker.failures",
        "worker.terms",
        "worker.policies",
        "worker.matchkeys",
        "worker.tracing",
    ),
    ("schemas", *GROUND),
)
SAME_FLOOR = {ENTRYPOINTS, FLOORS[4]}  # `books` starts the others; failures are written in terms


@dataclass(frozen=True)
class Import:
    """`target` is the most exact name there is: for `from a import b` it is `a.b`."""

    place: str
    source: str
    target: str


@dataclass(frozen=True)
class Rule:
    """Modules in `who`, `unless` in these, import nothing of `never`, `save` for these."""

    because: str
    who: tuple[str, ...]
    never: tuple[str, ...]
    unless: tuple[str, ...] = ()
    save: tuple[str, ...] = ()

    def forbids(self, found: Import) -> bool:
        return (
            within(found.source, self.who)
            and not within(found.source, self.unless)
            and within(found.target, self.never)
            and not within(found.target, self.save)
        )


RULES = (
    Rule("the vocabulary knows nobody", ("schemas",), OURS, save=("schemas",)),
    Rule("the wire knows the vocabulary only", ("events",), ("worker", "tests", "deploy")),
    Rule("the ground floor imports nothing of ours", GROUND, OURS, save=("worker.metrics",)),
    Rule(
        "a provider gets what it needs handed in",
        ("worker.providers",),
        ("worker.store", "worker.settings"),
    ),
    Rule("the store knows no ledger", ("worker.store",), ("worker.providers",)),
    Rule(
        "the use cases know no ledger by name and no carrier",
        ("worker.sync",),
        (*CONCRETE, "dramatiq", "httpx", "starlette", "uvicorn", "pika"),
    ),
    Rule(
        "only bootstrap names a concrete ledger",
        ("worker",),
        CONCRETE,
        unless=("worker.bootstrap", *CONCRETE),
    ),
    Rule("one ledger knows nothing of another", CONCRETE[:1], CONCRETE[1:]),
    Rule("one ledger knows nothing of another", CONCRETE[1:], CONCRETE[:1]),
    Rule(
        "only entrypoints build the system",
        ("worker", "events", "schemas"),
        ("worker.bootstrap",),
        unless=ENTRYPOINTS,
    ),
    Rule("what is shipped needs no tests", ("worker", "events", "schemas"), ("tests", "deploy")),
    Rule(
        "a simulator that shares our code shares our misreading",
        ("tests.simulators",),
        OURS,
        save=("tests.simulators",),
    ),
    Rule(
        "./dev runs before anything is installed",
        ("deploy.dev",),
        ("schemas", "events", "worker", "tests"),
    ),
)

BASE_INSTALL = {  # what a service that only publishes has installed
    "schemas": ("pydantic", "pydantic_core", "typing_extensions"),
    # OpenTelemetry only where the service has it anyway: `events.tracing` does without.
    "events": ("opentelemetry", "pika", "pydantic", "pydantic_core", "typing_extensions"),
}


def within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def imports(root: Path) -> Iterator[Import]:
    """Every import in the Python files of our folders."""
    for folder in OURS:
        for path in sorted((root / folder).rglob("*.py")):
            source = ".".join(path.relative_to(root).with_suffix("").parts)
            place = str(path.relative_to(root))
            for node in ast.walk(ast.parse(path.read_text(), place)):
                for target in _targets(node, source):
                    line = getattr(node, "lineno", 0)
                    yield Import(f"{place}:{line}", source.removesuffix(".__init__"), target)


def _targets(node: ast.AST, source: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parents = source.split(".")[: -node.level] if node.level else []
        module = ".".join([*parents, *filter(None, [node.module])])
        yield from (f"{module}.{alias.name}" for alias in node.names)


def broken(rule: Rule, found: Iterable[Import]) -> list[str]:
    return [
        f"{each.place} imports {each.target}: {rule.because}"
        for each in found
        if rule.forbids(each)
    ]


def floor(module: str) -> int | None:
    """The number of the floor, counted from the roof; None for what is not part of the house."""
    return next((number for number, names in enumerate(FLOORS) if within(module, names)), None)


def climbs(found: Import) -> bool:
    """True if the import points up, or across to another component of the same floor."""
    source, target = floor(found.source), floor(found.target)
    if source is None or target is None or source < target:
        return False
    names = FLOORS[source]
    component = next(name for name in names if within(found.source, [name]))
    return source > target or not (names in SAME_FLOOR or within(found.target, [component]))


@pytest.fixture(scope="module")
def all_imports() -> list[Import]:
    return list(imports(ROOT))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.because)
def test_imports_keep_the_rule(rule: Rule, all_imports: list[Import]) -> None:
    assert not broken(rule, all_imports)


def test_every_import_points_to_a_lower_floor(all_imports: list[Import]) -> None:
    climbing = [
        f"{each.place} imports {each.target}: not on a lower floor"
        for each in all_imports
        if climbs(each)
    ]

    assert not climbing


def test_every_module_of_the_worker_has_a_floor() -> None:
    modules = {f"worker.{path.stem}" for path in (ROOT / "worker").glob("[!_.]*")}

    homeless = [module for module in sorted(modules) if floor(module) is None]

    assert not homeless, "give them a place in FLOORS"


@pytest.mark.parametrize("package", BASE_INSTALL)
def test_the_base_install_imports_what_it_brings(package: str, all_imports: list[Import]) -> None:
    allowed = (*BASE_INSTALL[package], *sys.stdlib_module_names, *OURS)

    missing = [
        f"{each.place} imports {each.target}: not part of the base install"
        for each in all_imports
        if within(each.source, [package]) and not within(each.target, allowed)
    ]

    assert not missing


def test_a_breach_names_file_import_and_rule(tmp_path: Path) -> None:
    module = tmp_path / "worker/sync/drive.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "def drive():\n    from httpx import Client\n    from ..providers import xero\n"
    )
    rule = next(rule for rule in RULES if rule.who == ("worker.sync",))

    messages = broken(rule, imports(tmp_path))

    assert messages == [
        f"worker/sync/drive.py:2 imports httpx.Client: {rule.because}",
        f"worker/sync/drive.py:3 imports worker.providers.xero: {rule.because}",
    ]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("schemas.money", "worker.settings"),
        ("events.publisher", "worker.store"),
        ("worker.errors", "schemas.kinds"),
        ("worker.actors", "worker.providers.quickbooks"),
        ("worker.providers.http", "worker.providers.quickbooks.faults"),
        ("worker.sync.drive", "worker.bootstrap"),
        ("tests.simulators.quickbooks.sales", "schemas.money"),
        ("tests.simulators.httpd", "tests.services"),
    ],
)
def test_a_forbidden_import_breaks_some_rule(source: str, target: str) -> None:
    assert any(rule.forbids(Import("", source, target)) for rule in RULES)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("schemas.money", "schemas.kinds"),
        ("worker.providers.quickbooks.books", "worker.providers.quickbooks.faults"),
        ("worker.bootstrap", "worker.providers.quickbooks.Books"),
        ("worker.cli", "worker.bootstrap"),
        ("worker.sync.drive", "worker.providers.port"),
        ("tests.simulators.httpd", "tests.simulators.faults"),
    ],
)
def test_an_import_that_is_meant_breaks_none(source: str, target: str) -> None:
    found = Import("", source, target)

    assert not climbs(found)
    assert not any(rule.forbids(found) for rule in RULES)


def test_an_import_upwards_or_across_climbs() -> None:
    assert climbs(Import("", "worker.store.links", "worker.sync.drive"))
    assert climbs(Import("", "worker.store.links", "events.topology"))
