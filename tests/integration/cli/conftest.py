"""The command `books`, run against the real services."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests import written
from tests.integration.connecting import (
    office,
    other_office,
    services,
    settings,
    simulator,
    simulators,
    xero,
)
from worker.cli import main
from worker.settings import Settings

__all__ = ["office", "other_office", "services", "settings", "simulator", "simulators", "xero"]


@dataclass
class Shell:
    """Runs commands with the environment that a process of the worker has."""

    environment: dict[str, str]

    def run(self, *arguments: object, typed: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        runner, environment = CliRunner(), self.environment
        result = runner.invoke(main, words, typed, environment, prog_name="books")
        written.keep_answer(result.output)
        for option, file in pairwise(words):
            if "export" in words and option == "--file" and Path(file).is_file():
                written.keep_answer(Path(file).read_text())
        return result

    def json(self, *arguments: object) -> Any:  # noqa: ANN401
        """The answer to a command that must succeed."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


def environment_of(settings: Settings) -> dict[str, str]:
    """The variables from which a process reads these settings."""
    keys = json.dumps([key.get_secret_value() for key in settings.encryption_keys])
    return {
        "BOOKS_DATABASE_URL": settings.database_url,
        "BOOKS_BROKER_URL": settings.broker_url,
        "BOOKS_ENCRYPTION_KEYS": keys,
        "BOOKS_PUBLIC_URL": settings.public_url,
        "BOOKS_WEB_PORT": str(settings.web_port),
        "BOOKS_QUICKBOOKS__AUTHORIZE_URL": settings.quickbooks.authorize_url,
        "BOOKS_QUICKBOOKS__TOKEN_URL": settings.quickbooks.token_url,
        "BOOKS_QUICKBOOKS__REVOKE_URL": settings.quickbooks.revoke_url,
        "BOOKS_QUICKBOOKS__SANDBOX_URL": settings.quickbooks.sandbox_url,
        "BOOKS_XERO__AUTHORIZE_URL": settings.xero.authorize_url,
        "BOOKS_XERO__TOKEN_URL": settings.xero.token_url,
        "BOOKS_XERO__REVOKE_URL": settings.xero.revoke_url,
        "BOOKS_XERO__API_URL": settings.xero.api_url,
    }


@pytest.fixture
def shell(settings: Settings) -> Iterator[Shell]:
    handlers = logging.root.handlers[:]
    yield Shell(environment_of(settings))
    logging.root.handlers[:] = handlers  # a command sets up logging for its own process
