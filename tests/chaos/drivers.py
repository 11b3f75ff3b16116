"""Drivers that fall, and others that come in their place."""

import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.points import Point
from tests.chaos.report import Report
from tests.chaos.scene import Scene, eventually
from tests.system.children import Child

_STRUCK_SECONDS = 40.0
_SEEN_SECONDS = 1.5  # the ledger notices that its client is gone when it answers


@dataclass
class Crew:
    """So many drivers at any time, whatever happens to each; `settings` are for them alone."""

    scene: Scene
    size: int
    settings: Mapping[str, object] = field(default_factory=dict)
    started: int = 0
    _calls: int = -1  # writes that the ledger had seen when we looked last

    def fill(self) -> None:
        """Start as many as are missing."""
        while len(self.scene.drivers()) < self.size:
            self.started += 1
            self.scene.driver(f"driver-{self.started}", **self.settings)

    def kill_in_flight(self, seconds: float) -> bool:
        """kill -9 of the lease's holder just after its write has arrived; whether it was in time.

        The ledger is the judge: it counts an answer that found its client gone.
        """
        with httpx.Client(base_url=f"{self.scene.system.ledger.info['control']}/") as ledger:
            before = _vanished(ledger)
            victim = eventually("a write in flight", lambda: self._flying(ledger), seconds)
            self.scene.system.kill(victim.name)
            self.fill()
            end = time.monotonic() + _SEEN_SECONDS
            while not (seen := _vanished(ledger) > before) and time.monotonic() < end:
                time.sleep(0.02)
            self._calls = _calls(ledger)
        return seen

    def _flying(self, ledger: httpx.Client) -> Child | None:
        """The holder of the lease, if a write has come in since we looked last."""
        calls, self._calls = self._calls, _calls(ledger)
        return self.scene.holder() if self._calls > calls >= 0 else None


def _calls(ledger: httpx.Client) -> int:
    stats = ledger.get("stats").json()
    return int(stats["singles"] + stats["batches"])


def _vanished(ledger: httpx.Client) -> int:
    stats = ledger.get("stats").json()
    return int(stats["vanished_writes"] + stats["vanished_batches"])


def strike(scene: Scene, point: Point, report: Report, **settings: object) -> None:
    """Start a driver that kills itself at `point`, and wait until it has."""
    child = rig(scene, point, signal.SIGKILL, **settings)
    end = scene.system.processes.pop(child.name)
    status = eventually(str(point), end.process.poll, _STRUCK_SECONDS)
    ended = signal.Signals(-status).name if status < 0 else f"status {status}"
    report.equal(f"driver ended {point}", ended, signal.SIGKILL.name)
    report.say(f"kill -9 {point}")


def rig(scene: Scene, point: Point, number: signal.Signals, **settings: object) -> Child:
    """A driver that gets `number` at `point`, the first time that it comes there."""
    name = f"rigged-{point.name.lower()}"
    marker = marker_of(scene, point)
    marker.unlink(missing_ok=True)
    arguments = (point.name, number.name, str(marker))
    return scene.rigged(name, "tests.chaos.worker", *arguments, **settings)


def marker_of(scene: Scene, point: Point) -> Path:
    """Is there once the point was reached."""
    return scene.system.directory / f"{point.name}.struck"
