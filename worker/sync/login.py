"""Where people consent for a connection, and to what, where it is not what the deployment says."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

LOGIN = "login"  # the setting: an object
USUAL = "default"  # how people name what the deployment says

_LONGEST = 2000
_SCOPE = re.compile(r"[!#-\[\]-~]+( [!#-\[\]-~]+)*")  # RFC 6749, 3.3


@dataclass(frozen=True)
class Login:
    """The connection's own; None: the deployment's."""

    url: str | None = None
    scope: str | None = None

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "Login":
        held = settings.get(LOGIN)
        known = held if isinstance(held, Mapping) else {}
        return cls(known.get("url"), known.get("scope"))

    def dump(self) -> dict[str, str]:
        """JSON-ready, as `of` takes it."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def read_url(text: str) -> str | None:
    """An address as people give it. Raises ValueError for what is none."""
    if text == USUAL:
        return None
    parts = urlsplit(text)
    web = parts.scheme in ("http", "https") and parts.hostname and not parts.fragment
    web = web and parts.port != 0  # asked for, since it raises for what is no port
    if not (web and text.isascii() and text.isprintable() and " " not in text):
        raise ValueError
    return _short(text)


def read_scope(text: str) -> str | None:
    """Scopes with a blank between two, as people give them. Raises ValueError."""
    if text == USUAL:
        return None
    joined = " ".join(text.split())
    if not _SCOPE.fullmatch(joined):
        raise ValueError
    return _short(joined)


def _short(text: str) -> str:
    if len(text) > _LONGEST:
        raise ValueError
    return text
