"""Named points in a driver's work at which it is struck down, once: seen from its SQL."""

import os
import signal
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry


class Point(StrEnum):
    """Where it happens; the value is what people read."""

    BEFORE_RECORDING = "before the recording's commit"
    AFTER_RECORDING = "after the recording's commit, before the send"
    ANSWERED = "after sending, with the answer in hand"
    BEFORE_ANSWER = "before the answer's commit"
    AFTER_ANSWER = "after the answer's commit"
    BEFORE_TOKENS = "between the token answer and its commit"


_RECORDS = "INSERT INTO submissions"
_ANSWERS = "UPDATE submission_items SET outcome"
_KEEPS = "UPDATE submissions SET status="
_TOKENS = "UPDATE connections SET access_token="

_WRITTEN = {  # the statement that tells which transaction this is
    Point.BEFORE_RECORDING: _RECORDS,
    Point.AFTER_RECORDING: _RECORDS,
    Point.ANSWERED: _KEEPS,
    Point.BEFORE_ANSWER: _ANSWERS,
    Point.AFTER_ANSWER: _ANSWERS,
    Point.BEFORE_TOKENS: _TOKENS,
}
_AFTER = (Point.AFTER_RECORDING, Point.AFTER_ANSWER)


def strike_at(engine: sa.Engine, point: Point, strike: Callable[[], None]) -> None:
    """Call `strike` in the thread that gets to `point` first."""
    seen, committed = f"chaos.seen.{point.name}", f"chaos.committed.{point.name}"

    def on_statement(connection: sa.Connection, _cursor: object, text: str, *_: object) -> None:
        if not text.lstrip().startswith(_WRITTEN[point]):
            return
        if point is Point.ANSWERED:  # the first word about an answer, before anything of it is kept
            strike()
        connection.info[seen] = True

    def on_commit(connection: sa.Connection) -> None:
        if connection.info.pop(seen, False):
            if point not in _AFTER:
                strike()
            connection.info[committed] = True

    def on_checkin(_dbapi: object, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(committed, False) and point in _AFTER:
            strike()

    sa.event.listen(engine, "before_cursor_execute", on_statement)
    sa.event.listen(engine, "commit", on_commit)
    sa.event.listen(engine, "checkin", on_checkin)


def once(marker: Path, number: signal.Signals) -> Callable[[], None]:
    """A strike that hits this process the first time only; `marker` remembers over restarts."""

    def strike() -> None:
        try:
            marker.touch(exist_ok=False)
        except FileExistsError:
            return
        os.kill(os.getpid(), number)

    return strike
