"""Commands of `books` that a text shows: do they exist, with these options and arguments?"""

import re
import shlex
from collections.abc import Iterator

import click

from worker.cli import main

_PLACEHOLDER = re.compile(r"[A-Z_]+|‹.*|.*›|\.\.\.")  # KIND, ‹record›, ...
_END = re.compile(r" (?:\||&&|;|>|#) ?")


def shown(text: str) -> Iterator[str]:
    """Each command in blocks and between backticks, on one line."""
    for block, span in re.findall(r"```[^`\n]*\n(.*?)```|`([^`]+)`", text, re.DOTALL):
        lines = block.replace("\\\n", " ").splitlines() or [" ".join(span.split())]
        yield from (
            _END.split(line.strip())[0].strip()
            for line in lines
            if re.match(r" *books [a-z]", line)
        )


def wrong(text: str) -> list[str]:
    """What is shown and would be refused, with the reason."""
    found = ((one, _refusal(shlex.split(one)[1:])) for one in shown(text))
    return [f"{one}: {refusal}" for one, refusal in found if refusal]


def _refusal(words: list[str]) -> str | None:
    """Why click would not take it; what is only named, without arguments, needs none."""
    command: click.Command = main
    while isinstance(command, click.Group) and words:
        name, *words = words
        if name not in command.commands:
            return f"there is no {name}"
        command = command.commands[name]
    if not words or isinstance(command, click.Group):
        return None
    if any(_PLACEHOLDER.fullmatch(word) for word in words):
        return _unknown_option(command, words)
    try:
        command.make_context(command.name, words)
    except click.UsageError as error:
        return None if _is_a_file(error) else error.format_message()
    return None


def _is_a_file(error: click.UsageError) -> bool:
    """A file that is an example need not be there."""
    parameter = getattr(error, "param", None)
    return parameter is not None and isinstance(parameter.type, click.Path)


def _unknown_option(command: click.Command, words: list[str]) -> str | None:
    known = {option for one in command.params for option in one.opts}
    unknown = [word for word in words if word.startswith("-") and word not in known]
    return f"no such option: {unknown[0]}" if unknown else None
