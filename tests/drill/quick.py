"""`books` commands without a process for each: connecting a tenant takes seven of them."""

import logging

from click.testing import CliRunner

from tests.system.environment import variables
from tests.system.processes import CommandFailed, System
from worker.cli import main


class Quick(System):
    """A system whose commands run in our process, one at a time."""

    def books(self, *arguments: str) -> str:
        """What a `books` command prints. Raises CommandFailed."""
        handlers = logging.root.handlers[:]  # a command sets up logging for a process of its own
        try:
            done = CliRunner().invoke(main, arguments, env=variables(self.settings))
        finally:
            logging.root.handlers[:] = handlers
        if done.exit_code:
            raise CommandFailed(f"books {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout


def quick(system: System) -> Quick:
    """The same system, for who has much to ask of it."""
    return Quick(**vars(system))
