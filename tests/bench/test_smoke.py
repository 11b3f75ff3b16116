"""The benches still run; what they measure in this form means nothing."""

import pytest

from tests.bench.__main__ import BENCHES, measure
from tests.bench.figures import machine, table
from tests.system.environment import Services


@pytest.mark.slow
@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_measures_something_in_its_tiny_form(
    name: str, postgres_url: str, rabbitmq_url: str
) -> None:
    figures = measure(name, Services(postgres_url, rabbitmq_url), tiny=True)

    assert all(any(digit.isdigit() for digit in figure.found) for figure in figures)


def test_the_machine_is_named_beside_the_figures(postgres_url: str, rabbitmq_url: str) -> None:
    shown = table(machine(Services(postgres_url, rabbitmq_url)))

    assert "PostgreSQL" in shown
    assert "cores" in shown
