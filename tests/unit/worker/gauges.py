"""What a collector of gauges exposes, as text."""

from prometheus_client import CollectorRegistry, generate_latest

from worker import metrics
from worker.metrics import GaugeCollector


def exposed(collector: GaugeCollector) -> str:
    registry = CollectorRegistry()
    metrics.register(collector, registry)
    return generate_latest(registry).decode()
