"""Counters of this process: by how much they have grown since a test began."""

import pytest
from prometheus_client import REGISTRY


class Counting:
    """Counts since it was made; for histograms name `..._count` or `..._sum`."""

    def __init__(self) -> None:
        self._before = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in REGISTRY.collect()
            for sample in family.samples
            if not sample.name.endswith("_bucket")
        }

    def of(self, name: str, **labels: str) -> float:
        """By how much the metric with these labels has grown."""
        before = self._before.get((name, frozenset(labels.items())), 0)
        return (REGISTRY.get_sample_value(name, labels) or 0) - before


@pytest.fixture
def counting() -> Counting:
    return Counting()
