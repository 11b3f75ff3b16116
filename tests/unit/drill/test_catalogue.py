"""Every alert is caused by the drill, or it says why not."""

from collections import Counter

import yaml

from tests.drill.catalogue import GROUPS, NOT_CAUSED
from tests.drill.prometheus import rule_files

CAUSED = Counter(alert for group in GROUPS for one in group for alert in one.alerts)


def rules() -> set[str]:
    groups = [
        group for path in rule_files() for group in yaml.safe_load(path.read_text())["groups"]
    ]
    return {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}


def test_every_alert_is_caused_or_named_with_the_reason() -> None:
    assert CAUSED.keys() | NOT_CAUSED.keys() == rules()
    assert not CAUSED.keys() & NOT_CAUSED.keys()


def test_no_alert_is_caused_twice() -> None:
    assert [alert for alert, times in CAUSED.items() if times > 1] == []


def test_one_tenant_has_one_ledger() -> None:
    exercises = [one for group in GROUPS for one in group]

    pairs = {pair for one in exercises for pair in one.tenants.items()}
    assert len(pairs) == len({tenant for tenant, _ in pairs})
