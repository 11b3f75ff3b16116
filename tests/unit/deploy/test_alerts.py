"""Alerts: each fires when it should and not otherwise, by promtool; each has its page."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import REGISTRY

from tests.commands_shown import wrong
from tests.test_docs import letter_categories, metric_names, settings
from tests.unit.deploy.alerts import (
    CASES,
    PROMETHEUS,
    ROOT,
    RULES,
    RUNBOOKS,
    alerts,
    cases,
    metrics,
    recorded,
    rules,
)
from worker.failures import CODES
from worker.metrics import Backlog, Depths, GaugeCollector
from worker.sync.options import OPTIONS

ALERTS = alerts()
OTHERS = {  # of Prometheus itself, of every process, of RabbitMQ (a node of 3.10 with its plugin)
    "up",
    "process_start_time_seconds",
    "rabbitmq_alarms_memory_used_watermark",
    "rabbitmq_alarms_free_disk_space_watermark",
    "rabbitmq_detailed_queue_consumers",
    "rabbitmq_detailed_queue_messages",
}
GAUGES = {family.name for family in GaugeCollector(Backlog, Depths).collect()}
ONE_OF_SEVERAL = r"\b(?:max|min)(?: by \([a-z, ]+\) )?\((?:(?:max_over_time|delta)\()?$"


@pytest.fixture(scope="session")
def promtool() -> str:
    if path := os.environ.get("PROMTOOL"):
        return path
    pytest.fail(
        "PROMTOOL is not set: run ./dev test, which finds or fetches promtool, or set it to the "
        "program.",
        pytrace=False,
    )


def check(*command: str | Path, text: str = "") -> str:
    """What promtool has to say against it; nothing, if all is well."""
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode else ""


def test_prometheus_takes_configuration_and_rules(promtool: str) -> None:
    assert not check(promtool, "check", "config", PROMETHEUS / "prometheus.yml")
    assert not check(promtool, "check", "rules", *RULES)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_alerts_fire_when_they_should_and_not_otherwise(promtool: str, path: Path) -> None:
    assert not check(promtool, "test", "rules", path)


def test_what_a_process_exposes_keeps_the_conventions(promtool: str) -> None:
    gauges = CollectorRegistry()
    gauges.register(GaugeCollector(Backlog, Depths))

    exposed = (generate_latest(REGISTRY) + generate_latest(gauges)).decode()

    assert not check(promtool, "check", "metrics", text=exposed)


def test_each_alert_is_tested_firing_and_quiet() -> None:
    firing = {name for name, expected in cases() if expected}
    quiet = {name for name, expected in cases() if not expected}

    assert firing == quiet == ALERTS.keys()


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_what_to_do_and_when(name: str) -> None:
    alert = ALERTS[name]

    assert re.fullmatch(r"Books[A-Za-z]+", name)
    assert alert["labels"]["severity"] in {"page", "ticket"}
    assert alert["for"]
    summary = alert["annotations"]["summary"]
    assert re.fullmatch(r"[A-Z][^_{}]{10,80}[^.]", summary), "plain words, no names of metrics"
    assert len(alert["annotations"]["description"]) > 20
    assert alert["annotations"]["runbook_url"] == f"deploy/runbooks/{name}.md"


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_names_only_labels_that_it_has(name: str) -> None:
    named = set(re.findall(r"\$labels\.(\w+)", ALERTS[name]["annotations"]["description"]))

    fired = [one["exp_labels"] for alert, expected in cases() for one in expected if alert == name]

    assert fired
    assert not [labels for labels in fired if named - labels.keys()]


def known() -> set[str]:
    """Every series that a rule may use; of histograms by their parts."""
    parts = {f"{name}{part}" for name in metric_names() for part in ("_bucket", "_count")}
    return metric_names() | parts | recorded() | OTHERS


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_uses_only_what_is_measured(rule: dict[str, Any]) -> None:
    used = metrics(rule["expr"])

    assert used
    assert not used - known()


def test_what_is_recorded_is_used() -> None:
    used = {name for rule in rules() for name in metrics(rule["expr"])}

    assert not recorded() - used


@pytest.mark.parametrize("name", sorted(ALERTS.keys() - {"BooksClockSkew", "BooksGaugesMissing"}))
def test_several_schedulers_do_not_double_a_figure(name: str) -> None:
    expression = ALERTS[name]["expr"]

    for gauge in GAUGES & metrics(expression):
        for use in re.finditer(rf"\b{gauge}\b", expression):
            assert re.search(ONE_OF_SEVERAL, expression[: use.start()]), gauge


@pytest.mark.parametrize("name", ALERTS)
def test_a_runbook_leads_from_the_alert_to_its_end(name: str) -> None:
    page = (RUNBOOKS / f"{name}.md").read_text()

    assert page.startswith(f"# {name}\n\n**{ALERTS[name]['annotations']['summary']}.**")
    assert f"*{ALERTS[name]['labels']['severity']}*" in page
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == [
        "What users notice",
        "Look first",
        "What you may do",
        "Never",
        "It is over when",
    ]
    assert page.count("```sh\n") == 3


def test_every_runbook_belongs_to_an_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == ALERTS.keys() | {"README"}


@pytest.mark.parametrize(
    ("path", "folder"), [("README.md", "deploy/runbooks/"), ("deploy/runbooks/README.md", "")]
)
def test_the_tables_of_alerts_are_those_of_the_rules(path: str, folder: str) -> None:
    row = rf"^\| \[(\w+)\]\({folder}(\w+)\.md\) \| (\w+) \| (.+) \|$"
    shown = re.findall(row, (ROOT / path).read_text(), re.MULTILINE)

    assert sorted(shown) == sorted(
        (name, name, alert["labels"]["severity"], alert["annotations"]["summary"])
        for name, alert in ALERTS.items()
    )


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_commands_of_a_runbook_exist(path: Path) -> None:
    assert not wrong(path.read_text())


def test_codes_categories_and_settings_that_runbooks_name_exist() -> None:
    text = " ".join(" ".join(path.read_text().split()) for path in RUNBOOKS.glob("*.md"))

    codes = set(re.findall(r"books codes show (\w+)|--code (\w+)", text))
    assert not {one or other for one, other in codes} - CODES.keys()
    assert not set(re.findall(r"--category (\w+)", text)) - letter_categories()
    assert not set(re.findall(r"connections settings acme ([\w.]+)=", text)) - OPTIONS.keys()
    assert not set(re.findall(r"\bBOOKS_[A-Z_]+", text)) - dict(settings()).keys()
