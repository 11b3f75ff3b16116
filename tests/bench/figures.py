"""What was measured, beside what is aimed at, and on which machine."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.system.broker import connected
from tests.system.environment import Services


@dataclass(frozen=True)
class Figure:
    """One measured figure; `aim` is empty where there is none."""

    what: str
    found: str
    aim: str = ""


def machine(services: Services) -> list[Figure]:
    """Where it was measured: processor, cores, and the versions of what takes part."""
    with psycopg.connect(services.database) as database:
        postgres = database.info.parameter_status("server_version") or "unknown"
    with connected(services.broker) as broker:
        said = broker._impl.server_properties  # type: ignore[attr-defined]  # nothing public has it
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return [
        Figure("processor", f"{_processor()}, {os.cpu_count()} cores, load before {load}"),
        Figure("Python", platform.python_version()),
        Figure("PostgreSQL", postgres),
        Figure("RabbitMQ", str(said["version"])),
    ]


def table(figures: Sequence[Figure]) -> str:
    width = max(len(figure.what) for figure in figures)
    wide = max((len(figure.found) for figure in figures if figure.aim), default=0)
    return "\n".join(
        f"{one.what:<{width}}  {one.found:<{wide}}  {f'aim {one.aim}' if one.aim else ''}".rstrip()
        for one in figures
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
