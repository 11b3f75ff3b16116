"""An intake that one message kills until it is mended: `python -m tests.chaos.intake`.

It is started again at once, as an orchestrator would; by a fork, so that 20 deaths take seconds.
"""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from events.delivery import Delivery
from worker import logs, metrics
from worker.intake import Intake, take_apart
from worker.settings import from_environment
from worker.sync import revive
from worker.sync.intake import Taken
from worker.sync.revive import Tried

POISON = b"peanut"


class Allergic(Intake):
    """`books intake`, but that it cannot survive reading one word."""

    def take_in(self, deliveries: Sequence[Delivery]) -> Taken:
        if any(POISON in delivery.body for delivery in deliveries):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().take_in(deliveries)

    def revive(self, deliveries: Sequence[Delivery]) -> None:
        """As it is, but that the child has the same allergy."""
        for delivery in deliveries:
            revive.revive(self.services.database, delivery, _tried)


def _tried(message: bytes) -> Tried:
    return revive.apart([sys.executable, "-m", "tests.chaos.intake", "one"], message)


def serve() -> None:
    """Run it again whenever it dies, until SIGTERM."""
    stopping: list[int] = []

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.append(child)
        os.kill(child, signal.SIGTERM)

    while not stopping:
        child = os.fork()
        if child == 0:
            settings = from_environment()
            metrics.serve(settings.metrics_host, settings.metrics_port, "intake")
            Allergic(settings).run()
            os._exit(0)
        signal.signal(signal.SIGTERM, stop)
        os.waitpid(child, 0)


def take_one() -> None:
    """Take in one message from standard input."""
    take_apart(Allergic(from_environment()))


if __name__ == "__main__":
    logs.configure("json", "INFO")
    take_one() if sys.argv[1:] == ["one"] else serve()
