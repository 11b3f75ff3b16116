"""Where the services are, and the environment variables that the processes of one system get."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from worker.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "BOOKS_"


@dataclass(frozen=True)
class Services:
    """A PostgreSQL whose user may create databases, and a RabbitMQ that nobody else uses."""

    database: str
    broker: str

    @classmethod
    def from_environment(cls) -> "Services":
        """As `./dev` sets them. Raises SystemExit saying what is missing."""
        try:
            return cls(os.environ["DATABASE_URL"], os.environ["RABBITMQ_URL"])
        except KeyError as missing:
            raise SystemExit(
                f"{missing.args[0]} is not set: `./dev` finds or starts the services"
            ) from None


def variables(settings: Mapping[str, object]) -> dict[str, str]:
    """`{"slice_seconds": 1, "quickbooks__timeout": 5}` as BOOKS_... variables.

    Raises ValueError for a name that is no setting: the worker itself would ignore it.
    """
    for name in settings:
        _check(name, Settings)
    return {f"{PREFIX}{name.upper()}": _text(value) for name, value in settings.items()}


def _check(name: str, model: type[BaseModel]) -> None:
    first, _, rest = name.partition("__")
    if first not in model.model_fields:
        raise ValueError(f"there is no setting {name}")
    if rest:
        inner: Any = model.model_fields[first].annotation
        _check(rest, inner)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


@contextmanager
def unrecorded() -> Iterator[None]:
    """What passes between client and simulators is not recorded: limits are lifted meanwhile."""
    recording = os.environ.pop("SIMULATOR_TRAFFIC", None)
    try:
        yield
    finally:
        if recording is not None:
            os.environ["SIMULATOR_TRAFFIC"] = recording


def inherited(code: Path = ROOT) -> dict[str, str]:
    """Our environment without settings of some other system, and with the checkout importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    paths = [str(code), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths)}
