"""The dashboards against a real Prometheus: after a normal workload every panel shows something."""

from collections.abc import Iterator

from deploy.grafana.__main__ import DASHBOARDS
from deploy.grafana.panels import Panel
from tests.drill.prometheus import Prometheus

VARIABLES = {"$__rate_interval": "2m", "$provider": ".*"}
_NO_PLUGIN = "rabbitmq_"


def expression(text: str) -> str:
    """PromQL as Grafana sends it, its variables filled in."""
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    return text


def faults(server: Prometheus, *, rabbitmq: bool) -> list[str]:
    """The queries that show nothing, as sentences; without `rabbitmq` its own ones are left out."""
    return [
        f"{dashboard.title}: {panel.title}: no data for {text}"
        for dashboard in DASHBOARDS
        for panel in dashboard.panels
        for text in _texts(panel)
        if (rabbitmq or _NO_PLUGIN not in text) and not _shows(server, text)
    ]


def _texts(panel: Panel) -> Iterator[str]:
    for query in panel.queries:
        yield expression(query.expression)


def _shows(server: Prometheus, text: str) -> bool:
    """Whether any series has a number: a share of nothing is NaN."""
    return any(series["value"][1] != "NaN" for series in server.query(text))
