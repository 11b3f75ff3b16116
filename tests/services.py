"""PostgreSQL and RabbitMQ for the tests: the addresses in the environment, else containers."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from docker.errors import DockerException
from testcontainers.community.postgres import PostgresContainer
from testcontainers.community.rabbitmq import RabbitMqContainer
from testcontainers.core.config import ConnectionMode
from testcontainers.core.container import DockerContainer

from deploy.dev.postgres import HASTY

COMPOSE_FILE = Path(__file__).resolve().parent.parent / "docker-compose.yml"
RUN_LABEL = "cmms-books.run"
LOOPBACK = ("localhost", "127.0.0.1")


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL whose user may create databases."""
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    try:
        container = PostgresContainer(
            _image("postgres"),
            driver=None,
            command=" --".join(("postgres", "max_connections=300", *HASTY)),
        )
    except DockerException as error:
        _fail("DATABASE_URL", error)
    with _ours(container):
        yield container.get_connection_url()


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The URL of a RabbitMQ, virtual host `/`."""
    if url := os.environ.get("RABBITMQ_URL"):
        yield url
        return
    try:
        container = RabbitMqContainer(_image("rabbitmq"))
    except DockerException as error:
        _fail("RABBITMQ_URL", error)
    with _ours(container):
        host, port = container.get_container_host_ip(), container.get_exposed_port(container.port)
        yield f"amqp://{container.username}:{container.password}@{host}:{port}/%2F"


def _fail(variable: str, reason: Exception) -> NoReturn:
    """A failure, since a skipped test proves nothing."""
    pytest.fail(
        f"{variable} is not set, and no container can be started ({reason}). Run ./dev test, "
        "which finds or starts the services, or set DATABASE_URL and RABBITMQ_URL.",
        pytrace=False,
    )


def _image(service: str) -> str:
    image: str = yaml.safe_load(COMPOSE_FILE.read_text())["services"][service]["image"]
    return image


def _ours(container: DockerContainer) -> DockerContainer:
    """Label it with the run of `./dev`, whose guard removes it, and publish on loopback if that is
    where we reach it: from inside a container it is not.
    """
    if run := os.environ.get("DEV_RUN"):
        container.with_kwargs(labels={RUN_LABEL: Path(run).name})
    engine = container.get_docker_client()
    if engine.get_connection_mode() is ConnectionMode.docker_host and engine.host() in LOOPBACK:
        for port in container.ports:  # testcontainers has no word for an address without port
            container.ports[port] = ("127.0.0.1",)  # type: ignore[assignment]
    return container


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database on that server, dropped at the end whoever still uses it."""
    name = f"books_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}".encode())
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
