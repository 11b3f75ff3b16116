"""The page of each code, for people who meet it; `books codes pages` writes deploy/errors."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from worker.errors import Category
from worker.failures import CODES, Code, Retry
from worker.failures.reactions import reaction
from worker.providers.signs import Sign

INDEX = "README.md"
FOLDER = "deploy/errors"
Signs = Mapping[str, Sequence[Sign]]

_RETRIES = {
    Retry.AUTOMATIC: "automatic: nobody has to do anything for it to go on",
    Retry.AFTER_FIX: "after a fix: it goes on once the cause is mended",
    Retry.NEVER: "never, as it is",
}


def address(code: str) -> str:
    """Where the page of a code is, seen from the project's folder."""
    return f"{FOLDER}/{code if code in CODES else 'defect'}.md"


def pages(signs: Signs) -> dict[str, str]:
    """Every file of the folder by name: a page a code, and their index."""
    written = {f"{code}.md": "\n".join(_page(entry, signs)) for code, entry in CODES.items()}
    return written | {INDEX: "\n".join(_index())}


def write(folder: Path, signs: Signs) -> list[str]:
    """Write all pages, and take away those of codes that are no more; the names of the files."""
    written = pages(signs)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text)
    return sorted(written)


def _page(entry: Code, signs: Signs) -> Iterator[str]:
    follows = reaction(entry)
    yield f"# {entry.title}"
    yield ""
    yield f"`{entry.code}`, of the category [{entry.category}]({INDEX}#{entry.category})"
    yield ""
    yield f"> {_shown(entry.explanation)}"
    yield ""
    yield "## What to do"
    yield ""
    yield from (f"{n}. {_shown(step)}" for n, step in enumerate(entry.steps, 1))
    yield ""
    yield "## What happens"
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield f"| who acts | {follows.who} |"
    yield f"| meanwhile | {follows.meanwhile} |"
    yield f"| it goes on | {follows.ends} |"
    yield f"| `retry` | {_RETRIES[entry.retry]} |"
    yield f"| the CMMS is told | {follows.told} |"
    yield ""
    yield "## Commands"
    yield ""
    yield "```sh"
    yield from follows.commands
    yield "```"
    yield ""
    yield "## What the ledgers say"
    yield ""
    yield from _said(entry.code, signs)


def _said(code: str, signs: Signs) -> Iterator[str]:
    """The faults that lead to a code; the engineer's words, which no bookkeeper is shown."""
    found = [(ledger, one) for ledger, all_ in signs.items() for one in all_ if one.code == code]
    if not found:
        yield "No fault of a ledger leads here by itself: our own checks find it, or it is known by"
        yield "how the ledger answers as a whole."
        yield ""
        return
    yield "| ledger | fault | meaning, or `pattern` of its words |"
    yield "|---|---|---|"
    for ledger, one in found:
        yield f"| {ledger} | {one.fault} | {one.said.replace('|', chr(92) + '|')} |"
    yield ""


def _index() -> Iterator[str]:
    yield "# Why a record is not in the books: every code"
    yield ""
    yield "One page each, generated from [worker/failures](../../worker/failures) and the ledgers'"
    yield f"tables of faults: `books codes pages {FOLDER}`. Words in ‹brackets› are filled with the"
    yield "names that are concerned. `books why KIND ID` says which code a record has; `books codes"
    yield "show CODE` prints its page. A failure has an id, `f-` and ten digits: status event, log"
    yield "and `books why` have it, and engineers find under it what the ledger itself said."
    for category in Category:
        yield ""
        yield f"## {category}"
        yield ""
        yield "| code | says | who acts |"
        yield "|---|---|---|"
        for entry in CODES.values():
            if entry.category is category:
                name = f"[`{entry.code}`]({entry.code}.md)"
                yield f"| {name} | {entry.title} | {reaction(entry).who} |"
    yield ""


def _shown(template: str) -> str:
    """A sentence with the names that it is filled with as ‹names›."""
    return re.sub(r"\{(\w+)\}", lambda found: f"‹{found[1].replace('_', ' ')}›", template)
