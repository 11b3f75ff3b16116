"""Write the dashboards into deploy/grafana/dashboards."""

import json
from pathlib import Path

from deploy.grafana import ledgers, letters, queues, service
from deploy.grafana.panels import Dashboard, as_json

FOLDER = Path(__file__).with_name("dashboards")
DASHBOARDS = (service.DASHBOARD, ledgers.DASHBOARD, queues.DASHBOARD, letters.DASHBOARD)


def path(dashboard: Dashboard) -> Path:
    return FOLDER / f"{dashboard.uid}.json"


def text(dashboard: Dashboard) -> str:
    return json.dumps(as_json(dashboard), indent=2) + "\n"


if __name__ == "__main__":
    for one in DASHBOARDS:
        path(one).write_text(text(one))
