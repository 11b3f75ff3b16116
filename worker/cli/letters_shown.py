"""How dead letters are shown: lists, one whole, and lines of a replay."""

import base64
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from worker.cli import output
from worker.store.dead_letters import Kept
from worker.store.letter_search import Listed
from worker.sync.dead_letters import Whole
from worker.sync.replays import Line

_COLUMNS = (
    "id", "state", "category", "type", "tenant_id", "event_id", "count", "first_seen_at",
    "last_seen_at", "corrected_by", "reason",
)  # fmt: skip
_HEADINGS = {
    "tenant_id": "tenant", "event_id": "event", "count": "seen", "first_seen_at": "first seen",
    "last_seen_at": "last seen", "corrected_by": "corrected by",
}  # fmt: skip
_APART = ("body", "headers", "detail", "result")


def print_list(letters: Sequence[Listed]) -> None:
    """A row for each; columns in which nothing stands are left out."""
    used = [
        name for name in _COLUMNS
        if name != "corrected_by" or any(one.corrected_by for one in letters)
    ]  # fmt: skip
    rows = [[getattr(one, name) for name in used] for one in letters]
    output.print_table([_HEADINGS.get(name, name) for name in used], rows)


def print_whole(found: Whole) -> None:
    """The reason, the headers, the traceback, what was done, and the message as it came."""
    letter = found.letter
    names = [name for name in Kept.__dataclass_fields__ if name not in _APART]
    fields: dict[str, object] = {name: getattr(letter, name) for name in names}
    output.print_fields(fields | {"bytes": len(letter.body), "corrected by": found.corrected_by})
    for deed in found.acts:
        said = [deed.verb, f"by {deed.who}", *filter(None, [deed.note, _result(deed.result)])]
        output.say(f"{output.text(deed.at)}  {'; '.join(said)}")
    if letter.headers:
        output.say(f"\nheaders\n{json.dumps(letter.headers, indent=2, ensure_ascii=False)}")
    if letter.detail:
        output.say(f"\ndetail\n{letter.detail}")
    output.say(f"\nbody\n{_pretty(letter.body)}")


def data(found: Whole) -> dict[str, Any]:
    """A letter as JSON: the body as text, where it is any, and always in base64."""
    letter = found.letter
    fields = {name: getattr(letter, name) for name in Kept.__dataclass_fields__ if name != "body"}
    return {
        **fields,
        "corrected_by": found.corrected_by,
        "acts": [asdict(deed) for deed in found.acts],
        "body": letter.body.decode("utf-8", "backslashreplace"),
        "body_base64": base64.b64encode(letter.body).decode(),
    }


def print_lines(lines: Iterable[Line]) -> None:
    """A line for each letter of a replay, all at once."""
    texts = [f"{line.id}  {line.outcome}: {' '.join(line.why.split())}" for line in lines]
    if texts:
        output.say("\n".join(texts))


def counts(lines: Iterable[Line]) -> dict[str, int]:
    """By outcome, the most frequent first."""
    return dict(Counter(line.outcome.value for line in lines).most_common())


def _result(result: Any) -> str:  # noqa: ANN401  # plain JSON
    return ": ".join(str(result[name]) for name in ("outcome", "why") if name in result)


def _pretty(body: bytes) -> str:
    """JSON indented, all else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "backslashreplace")
