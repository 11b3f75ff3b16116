"""The rules below deploy/prometheus, and what stands in their expressions."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
PROMETHEUS = ROOT / "deploy/prometheus"
RUNBOOKS = ROOT / "deploy/runbooks"
RULES = sorted((PROMETHEUS / "rules").glob("*.yml"))
CASES = sorted((PROMETHEUS / "tests").glob("*.yml"))

_WORDS = frozenset({"and", "or", "unless", "on", "by", "without", "ignoring", "bool", "offset"})


@cache
def rules() -> list[dict[str, Any]]:
    groups = [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]
    return [rule for group in groups for rule in group["rules"]]


def alerts() -> dict[str, dict[str, Any]]:
    return {rule["alert"]: rule for rule in rules() if "alert" in rule}


def recorded() -> set[str]:
    return {rule["record"] for rule in rules() if "record" in rule}


@cache
def cases() -> list[tuple[str, list[dict[str, Any]]]]:
    """Each question of the unit tests: an alert, and how it is expected to fire."""
    tests = [test for path in CASES for test in yaml.safe_load(path.read_text())["tests"]]
    asked = [one for test in tests for one in test["alert_rule_test"]]
    return [(one["alertname"], one.get("exp_alerts", [])) for one in asked]


def metrics(expression: str) -> set[str]:
    """The names of series in an expression: what is neither function, keyword nor label."""
    text = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression)
    text = re.sub(r"\b(?:by|on|without|ignoring) *\([^)]*\)", " ", text)
    names = re.findall(r"[a-zA-Z_:][\w:]*(?! *\()\b(?! *\()", text)
    return {name for name in names if name not in _WORDS and not re.fullmatch(r"\d.*", name)}
