"""The commands with which people look at issues and decide about them."""

import logging
from collections.abc import Iterator

import pytest

from tests.integration.cli.conftest import Shell, environment_of
from worker.sync.services import Services


@pytest.fixture
def shell(books_services: Services) -> Iterator[Shell]:
    handlers = logging.root.handlers[:]
    yield Shell(environment_of(books_services.settings))
    logging.root.handlers[:] = handlers  # a command sets up logging for its own process
