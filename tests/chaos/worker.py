"""A driver that gets a signal at a point: `python -m tests.chaos.worker POINT SIGNAL MARKER`."""

import signal
import sys
from pathlib import Path

from tests.chaos.points import Point, once, strike_at
from worker import actors
from worker.broker import DRIVE


def main() -> None:
    """`books worker --queues drive`, but for the strike."""
    point, number, marker = sys.argv[1:]
    strike = once(Path(marker), signal.Signals[number])
    strike_at(actors.services().database.work, Point[point], strike)
    actors.run([DRIVE])


if __name__ == "__main__":
    main()
