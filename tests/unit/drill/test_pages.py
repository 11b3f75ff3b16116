"""What the drill takes from a runbook page."""

from pathlib import Path

import pytest

from tests.drill.catalogue import GROUPS
from tests.drill.pages import commands, words

ALERTS = sorted({alert for group in GROUPS for one in group for alert in one.alerts})
PAGE = """# A

```sh
books status
```

```sh drill
books connections connect acme  # prints a link
books resolve customer CUS-7 cmms
```
"""


def test_only_blocks_for_the_drill_are_run(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text(PAGE)

    assert commands("A", tmp_path) == [
        "books connections connect acme",
        "books resolve customer CUS-7 cmms",
    ]


def test_a_line_of_another_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "A.md").write_text("```sh drill\nrm -r /\n```\n")

    with pytest.raises(ValueError, match="not `rm -r /`"):
        commands("A", tmp_path)


def test_examples_stand_for_what_is_meant() -> None:
    line = 'books dead-letters discard 17 --note "17 is acme\'s" --tenant acme'

    found = words(line, {"17": 4, "acme": "northwind"})

    assert found[:4] == ["books", "dead-letters", "discard", "4"]
    assert found[5:] == ["17 is acme's", "--tenant", "northwind"]


@pytest.mark.parametrize("alert", ALERTS)
def test_the_page_of_every_alert_says_what_to_run(alert: str) -> None:
    assert commands(alert)
