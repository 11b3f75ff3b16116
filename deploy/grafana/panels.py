"""Dashboards, panels and queries, and the JSON that Grafana wants of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SCHEMA = 39
WIDTH, HEIGHT = 24, 8
RUNBOOKS = "${runbooks}"
_DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Query:
    """PromQL and what a series of it is called."""

    expression: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """`unit` is one of Grafana's; `alerts` are those whose runbooks belong to it."""

    title: str
    description: str
    unit: str
    queries: Sequence[Query]
    alerts: Sequence[str] = ()
    type: str = "timeseries"
    width: int = 8


@dataclass(frozen=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Dashboard:
    """`uid` and `title` never change: links and bookmarks hold them."""

    uid: str
    title: str
    description: str
    rows: Sequence[Row]

    @property
    def panels(self) -> list[Panel]:
        return [panel for row in self.rows for panel in row.panels]


def as_json(dashboard: Dashboard) -> Json:
    """What stands in the file."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["books"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "utc",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "links": [
            {"type": "dashboards", "title": "Books", "tags": ["books"], "asDropdown": True},
        ],
        "annotations": {"list": []},
        "templating": {"list": _variables()},
        "panels": list(_placed(dashboard.rows)),
    }


def _variables() -> list[Json]:
    """Where the figures are, of which ledgers, and where the runbooks are served."""
    everything = {"text": "All", "value": "$__all"}
    providers = "label_values(books_provider_requests_total, provider)"
    return [
        {"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
        {
            "name": "provider",
            "label": "Ledger",
            "type": "query",
            "datasource": _DATASOURCE,
            "query": {"query": providers, "refId": "provider"},
            "definition": providers,
            "refresh": 2,
            "multi": True,
            "includeAll": True,
            "allValue": ".*",
            "current": everything,
        },
        {
            "name": "runbooks",
            "label": "Runbooks at",
            "type": "textbox",
            "query": "/public/runbooks",
            "current": {"text": "/public/runbooks", "value": "/public/runbooks"},
        },
    ]


def _placed(rows: Sequence[Row]) -> Iterator[Json]:
    """Rows one below the other, panels from left to right."""
    number, y = 0, 0
    for row in rows:
        number += 1
        place = {"h": 1, "w": WIDTH, "x": 0, "y": y}
        yield {"id": number, "type": "row", "title": row.title, "gridPos": place, "panels": []}
        x, y = 0, y + 1
        for panel in row.panels:
            if x + panel.width > WIDTH:
                x, y = 0, y + HEIGHT
            number += 1
            place = {"h": HEIGHT, "w": panel.width, "x": x, "y": y}
            yield {"id": number, "gridPos": place, **_panel(panel)}
            x += panel.width
        y += HEIGHT


def _panel(panel: Panel) -> Json:
    return {
        "type": panel.type,
        "title": panel.title,
        "description": panel.description,
        "datasource": _DATASOURCE,
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": _OPTIONS[panel.type],
        "links": [
            {"title": f"Runbook: {alert}", "url": f"{RUNBOOKS}/{alert}.md", "targetBlank": True}
            for alert in panel.alerts
        ],
        "targets": [_target(number, query, panel) for number, query in enumerate(panel.queries)],
    }


def _target(number: int, query: Query, panel: Panel) -> Json:
    now = panel.type in ("stat", "table", "bargauge")
    return {
        "refId": chr(ord("A") + number),
        "datasource": _DATASOURCE,
        "expr": query.expression,
        "legendFormat": query.legend or "__auto",
        "instant": now,
        "range": not now,
        "format": "table" if panel.type == "table" else "time_series",
    }


_LAST = {"calcs": ["lastNotNull"], "fields": "", "values": False}
_OPTIONS: dict[str, Json] = {
    "timeseries": {
        "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "stat": {"reduceOptions": _LAST, "colorMode": "value", "graphMode": "none"},
    "bargauge": {"reduceOptions": _LAST, "orientation": "horizontal", "displayMode": "basic"},
    "table": {"showHeader": True},
}
