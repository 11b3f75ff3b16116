"""A real Prometheus beside the system: the project's rules, compressed, all processes scraped."""

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import yaml

from deploy.dev.probes import free_port
from tests.drill import compress
from tests.drill.compress import Scale
from tests.system import children
from tests.system.children import Child, NotReady
from tests.system.environment import ROOT, inherited

RULES = ROOT / "deploy/prometheus"
EVERY = "1s"  # scrapes and evaluations; a scrape of the scheduler asks database and broker
_READY_SECONDS = 20.0


@dataclass(frozen=True)
class Job:
    """What is scraped under one name: `role` -> host:port."""

    targets: Mapping[str, str]
    path: str = "/metrics"
    parameters: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Alert:
    """One alert of the API: `state` is pending or firing."""

    name: str
    state: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


@dataclass(frozen=True)
class Prometheus:
    """A server that answers; it ends with its process."""

    url: str
    process: Child

    def alerts(self) -> list[Alert]:
        """What is pending or firing now."""
        return [
            Alert(one["labels"]["alertname"], one["state"], one["labels"], one["annotations"])
            for one in self._ask("alerts")["alerts"]
        ]

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series of an instant query, [] for none. Raises httpx.HTTPStatusError if it makes no
        sense."""
        found: list[dict[str, Any]] = self._ask("query", query=expression)["result"]
        return found

    def rule_names(self) -> set[str]:
        """The alerts that are loaded."""
        groups = self._ask("rules", type="alert")["groups"]
        return {rule["name"] for group in groups for rule in group["rules"]}

    def _ask(self, what: str, **parameters: str) -> Any:  # noqa: ANN401
        answer = httpx.get(f"{self.url}/api/v1/{what}", params=parameters, timeout=20)
        answer.raise_for_status()
        return answer.json()["data"]


def start(program: Path, directory: Path, jobs: Mapping[str, Job], scale: Scale) -> Prometheus:
    """Scrape these, evaluate the rules of deploy/prometheus, and answer. Raises NotReady."""
    home = directory / "prometheus"
    home.mkdir()
    files = [_compressed(path, home, scale) for path in rule_files()]
    (home / "prometheus.yml").write_text(yaml.safe_dump(_configuration(files, jobs)))
    port = free_port()
    command: list[str | Path] = [
        program,
        f"--config.file={home}/prometheus.yml",
        f"--storage.tsdb.path={home}/data",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    child = children.start("prometheus", command, inherited(), home)
    server = Prometheus(f"http://127.0.0.1:{port}", child)
    _wait_ready(server)
    return server


def program() -> Path:
    """Where `./dev` says that the program is. Raises SystemExit where it says nothing."""
    try:
        return Path(os.environ["PROMETHEUS"])
    except KeyError:
        raise SystemExit("PROMETHEUS is not set: `./dev` finds the program") from None


def rule_files() -> list[Path]:
    """The rule files of the project; prometheus.yml is none."""
    found = (path for pattern in ("*.yml", "*.yaml") for path in sorted(RULES.rglob(pattern)))
    return [path for path in found if "groups" in (yaml.safe_load(path.read_text()) or {})]


def _compressed(path: Path, home: Path, scale: Scale) -> str:
    target = home / path.name
    document = yaml.safe_load(path.read_text())
    target.write_text(yaml.safe_dump(compress.rules(document, scale), sort_keys=False))
    return str(target)


def _configuration(files: Sequence[str], jobs: Mapping[str, Job]) -> dict[str, Any]:
    every = {"scrape_interval": EVERY, "scrape_timeout": EVERY, "evaluation_interval": EVERY}
    return {
        "global": every,
        "rule_files": list(files),
        "scrape_configs": [_job(name, job) for name, job in jobs.items()],
    }


def _job(name: str, job: Job) -> dict[str, Any]:
    """As deploy/prometheus/prometheus.yml has it, but with addresses that are known."""
    static = [{"targets": [at], "labels": {"role": who}} for who, at in job.targets.items()]
    return {
        "job_name": name,
        "metrics_path": job.path,
        "params": {key: list(values) for key, values in job.parameters.items()},
        "static_configs": static,
    }


def _wait_ready(server: Prometheus) -> None:
    end = time.monotonic() + _READY_SECONDS
    while True:
        try:
            httpx.get(f"{server.url}/-/ready", timeout=2).raise_for_status()
        except httpx.HTTPError:
            if not server.process.is_alive() or time.monotonic() > end:
                raise NotReady(f"Prometheus is not ready:\n{server.process.tail()}") from None
            time.sleep(0.1)
        else:
            return
