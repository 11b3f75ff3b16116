"""The exposition of one process, on a port of its own."""

import platform
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import Gauge, start_http_server
from prometheus_client.registry import REGISTRY, Collector, CollectorRegistry

BUILD_INFO = Gauge(
    "books_build_info",
    "1, with the version of what runs, the Python that runs it, and which process it is.",
    ["version", "python", "process"],
)


def register(collector: Collector, registry: CollectorRegistry = REGISTRY) -> None:
    registry.register(collector)


def serve(host: str, port: int, process: str, registry: CollectorRegistry = REGISTRY) -> int:
    """Serve the metrics of this process from a thread; returns the port, which 0 leaves to the
    system.

    Raises: OSError where nothing can be served there.
    """
    try:
        server, _ = start_http_server(port, host, registry)
    except OSError as error:
        text = f"no metrics can be served at {host}:{port}: {error.strerror}"
        raise OSError(text) from error
    BUILD_INFO.labels(_version(), platform.python_version(), process).set(1)
    return int(server.server_port)


def _version() -> str:
    try:
        return version("cmms-books")
    except PackageNotFoundError:  # run from a checkout that nobody has installed
        return "unknown"
