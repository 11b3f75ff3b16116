"""Limits that are lifted are settings of the worker, and none of a ledger is forgotten."""

from tests.system import pace
from tests.system.environment import variables
from tests.system.ledger import TITLES
from worker.settings import Settings


def test_every_limit_of_a_ledger_is_lifted() -> None:
    lifted = pace.unlimited(TITLES)

    limits = {
        f"{provider}__{name}"
        for provider in TITLES
        for name in type(Settings.model_fields[provider].default).model_fields
        if "per_" in name
    }
    assert set(lifted) == limits
    assert len(variables(lifted)) == len(lifted)
