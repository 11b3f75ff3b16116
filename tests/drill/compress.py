"""The project's rules with time compressed: the same expressions, minutes made of seconds.

Divided are `for`, ranges, offsets, the bounds of buckets, and what seconds are compared with.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_UNITS = {
    "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000,
}  # fmt: skip
_DURATION = r"(?:\d+(?:ms|[smhdwy]))+"
_TOKEN = re.compile(
    rf"""(?P<bound>\ble="(?P<seconds>[\d.]+)")
    |(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<range>\[{_DURATION}(?::(?:{_DURATION})?)?\])
    |(?P<offset>\boffset\s+-?{_DURATION})
    |(?P<comparison>[<>]=?\s*)(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_:][\w:]*)""",
    re.VERBOSE,
)
_METRIC = re.compile(r"(?:books|rabbitmq|process)[_:]|up$")
_SECONDS = re.compile(r"books_\w+_seconds$")


@dataclass(frozen=True)
class Scale:
    """Divide by `factor`, within bounds: a rate needs a few scrapes, and nobody waits an hour."""

    factor: float = 60.0
    least: float = 3.0
    most: float = 10.0
    least_range: float = 5.0
    most_range: float = 30.0

    def wait(self, seconds: float) -> float:
        """Seconds of a drill for seconds of production; 0 stays 0."""
        return min(max(seconds / self.factor, self.least), self.most) if seconds else 0.0

    def range(self, seconds: float) -> float:
        """The same for a range that is looked back over."""
        return min(max(seconds / self.factor, self.least_range), self.most_range)

    def __str__(self) -> str:
        return (
            f"time divided by {self.factor:g} (waits and ages {self.least:g} to {self.most:g} s, "
            f"ranges {self.least_range:g} to {self.most_range:g} s)"
        )


def seconds(duration: str) -> float:
    """What a duration of PromQL lasts: `1h30m` is 5400. Raises ValueError."""
    parts = re.findall(r"(\d+)(ms|[smhdwy])", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        raise ValueError(f"{duration!r} is no duration")
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def duration(length: float) -> str:
    """Seconds as PromQL writes them."""
    return f"{round(length * 1000)}ms"


def rules(document: dict[str, Any], scale: Scale) -> dict[str, Any]:
    """A rule file's content, compressed; groups are evaluated as often as the rest."""
    return {**document, "groups": [_group(group, scale) for group in document["groups"]]}


def _group(group: dict[str, Any], scale: Scale) -> dict[str, Any]:
    kept = {name: value for name, value in group.items() if name != "interval"}
    return {**kept, "rules": [_rule(rule, scale) for rule in group["rules"]]}


def _rule(rule: dict[str, Any], scale: Scale) -> dict[str, Any]:
    times: dict[str, Any] = {
        name: duration(scale.wait(seconds(str(rule[name]))))
        for name in ("for", "keep_firing_for")
        if name in rule
    }
    return {**rule, "expr": expression(rule["expr"], scale), **times}


def expression(text: str, scale: Scale) -> str:
    """One PromQL expression, compressed."""
    return "".join(_pieces(text, scale))


def _pieces(text: str, scale: Scale) -> Iterator[str]:
    """The text piece by piece; `in_seconds` tells of the metric that came last."""
    end, in_seconds = 0, False
    for token in _TOKEN.finditer(text):
        yield text[end : token.start()]
        end = token.end()
        if _METRIC.match(token["name"] or ""):
            in_seconds = bool(_SECONDS.match(token["name"])) and not _is_ranged(text[end:])
        yield _piece(token, scale, in_seconds=in_seconds)
    yield text[end:]


def _piece(token: re.Match[str], scale: Scale, *, in_seconds: bool) -> str:
    if token["bound"]:
        return f'le="{scale.wait(float(token["seconds"]))}"'
    if token["range"] or token["offset"]:
        return re.sub(_DURATION, lambda found: duration(scale.range(seconds(found[0]))), token[0])
    if token["number"] and in_seconds:
        return f"{token['comparison']}{scale.wait(float(token['number'])):g}"
    return token[0]


def _is_ranged(rest: str) -> bool:
    """Whether a range follows the metric, so that it is counted and no longer measured."""
    return bool(re.match(r"(?:\{[^}]*\})?\s*\[", rest))
