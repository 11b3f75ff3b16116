"""The table of what ledgers cannot do says nothing that no test shows."""

import re
from pathlib import Path

from tests.contract.providers import PROVIDERS
from tests.contract.simulated import CANNOT

_NEEDS = re.compile(r'mark\.needs\("([^"]+)"\)')


def test_every_row_is_shown_by_a_test() -> None:
    modules = Path(__file__).parent.glob("test_*.py")
    needed = {name for module in modules for name in _NEEDS.findall(module.read_text())}

    assert needed == {name for rows in CANNOT.values() for name in rows}


def test_every_ledger_has_its_rows() -> None:
    assert CANNOT.keys() == PROVIDERS.keys()
