"""The dashboards: current, complete, and about metrics and labels that exist."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client import Counter, Gauge, Histogram

from deploy.grafana.__main__ import DASHBOARDS, FOLDER, path, text
from deploy.grafana.panels import SCHEMA, WIDTH, Dashboard, Json, as_json
from tests.drill.dashboards import expression
from worker import metrics
from worker.metrics import Backlog, Depths
from worker.metrics.gauges import of_queues, of_tables, up

ROOT = Path(__file__).parents[3]
PANELS = [(dashboard, panel) for dashboard in DASHBOARDS for panel in dashboard.panels]
EXPRESSIONS = [query.expression for _, panel in PANELS for query in panel.queries]
OF_RABBITMQ = {"rabbitmq_detailed_queue_messages", "rabbitmq_detailed_queue_consumers"}
"""What its plugin rabbitmq_prometheus shows; the drill sees that it does."""


def labels_by_metric() -> dict[str, set[str]]:
    """Every series that our processes show, with the names of its labels."""
    found: dict[str, set[str]] = {}
    for one in vars(metrics).values():
        if isinstance(one, Counter | Gauge | Histogram):
            for name in _series(one):
                found[name] = {*one._labelnames, "le"}
    gauges = [
        *of_tables(Backlog()),
        *of_queues(Depths()),
        up("books_database_up", "", answers=True),
    ]
    for gauge in [*gauges, up("books_broker_up", "", answers=True)]:
        found[gauge.name] = set(gauge._labelnames)
    return found


def _series(metric: Counter | Gauge | Histogram) -> list[str]:
    [family] = metric.describe()
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "gauge": [""]}
    return [family.name + ending for ending in endings[family.type]]


def named_metrics(text: str) -> set[str]:
    return set(re.findall(r"\b(?:books|rabbitmq)_\w+", re.sub(r'"[^"]*"', "", text)))


def named_labels(text: str) -> set[str]:
    """In selectors and in `by (...)`."""
    inside = re.findall(r"\{([^}]*)\}", text)
    selected = {name for part in inside for name in re.findall(r"(\w+)\s*(?:=|!)", part)}
    grouped = re.findall(r"\bby \(([^)]*)\)", text)
    return selected | {name.strip() for part in grouped for name in part.split(",")}


@pytest.fixture(params=DASHBOARDS, ids=lambda dashboard: dashboard.uid)
def dashboard(request: pytest.FixtureRequest) -> Dashboard:
    found: Dashboard = request.param
    return found


def test_the_files_are_what_the_modules_say() -> None:
    assert {path(one): text(one) for one in DASHBOARDS} == {
        file: file.read_text() for file in FOLDER.iterdir()
    }


def test_every_panel_has_title_description_unit_and_queries(dashboard: Dashboard) -> None:
    panels = dashboard.panels

    assert [p.title for p in panels if not (p.title and p.unit and p.queries)] == []
    assert [p.title for p in panels if not p.description.endswith(".")] == []


def test_panels_fit_side_by_side_and_have_ids_of_their_own(dashboard: Dashboard) -> None:
    panels: list[Json] = as_json(dashboard)["panels"]

    places = [panel["gridPos"] for panel in panels]
    cells = {(x, at["y"]) for at in places for x in range(at["x"], at["x"] + at["w"])}
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert len(cells) == sum(at["w"] for at in places)
    assert max(x for x, _ in cells) < WIDTH


def test_a_dashboard_asks_for_datasource_and_ledger(dashboard: Dashboard) -> None:
    made = as_json(dashboard)

    variables = [one["name"] for one in made["templating"]["list"]]
    assert variables == ["datasource", "provider", "runbooks"]
    assert made["schemaVersion"] == SCHEMA >= 39
    assert all(p["datasource"]["uid"] == "${datasource}" for p in made["panels"] if "targets" in p)


def test_uids_and_titles_are_the_ones_that_links_hold() -> None:
    assert {one.uid: one.title for one in DASHBOARDS} == {
        "books-service": "Books: service",
        "books-ledgers": "Books: ledgers",
        "books-queues": "Books: queues and outbox",
        "books-dead-letters": "Books: dead letters",
    }


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_metrics_and_labels_exist(text: str) -> None:
    known = labels_by_metric()

    found = named_metrics(text)

    assert found
    assert found <= known.keys() | OF_RABBITMQ
    if not found & OF_RABBITMQ:
        assert named_labels(text) <= set().union(*(known[name] for name in found))


def test_runbooks_that_are_linked_exist() -> None:
    linked = {alert for _, panel in PANELS for alert in panel.alerts}

    assert linked
    assert not [alert for alert in linked if not (ROOT / f"deploy/runbooks/{alert}.md").exists()]


def test_prometheus_parses_every_expression(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expression(one)}
        for number, one in enumerate(EXPRESSIONS)
    ]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    done = subprocess.run(
        [os.environ["PROMTOOL"], "check", "rules", file],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(EXPRESSIONS)} rules found" in done.stdout


def test_provisioning_leads_to_the_mounted_files() -> None:
    mounts = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["grafana"]
    provider = yaml.safe_load((FOLDER.parent / "provisioning/dashboards/books.yml").read_text())

    sources = dict(one.split(":")[:2][::-1] for one in mounts["volumes"] if one.startswith("./"))
    assert sources[provider["providers"][0]["options"]["path"]] == "./deploy/grafana/dashboards"
    assert all((ROOT / source).is_dir() for source in sources.values())
    assert json.loads(path(DASHBOARDS[0]).read_text())["uid"] == DASHBOARDS[0].uid
