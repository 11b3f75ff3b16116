"""Signed links: they expire, name one connection, and are good for one purpose only."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from worker.errors import Misuse
from worker.settings import Settings
from worker.store.connections import Connection
from worker.store.secrets import Cipher


class Purpose(StrEnum):
    """What a link lets its holder do: sealed into it, so that none passes for another."""

    CONNECT = "connect"
    VIEW = "view"


@dataclass(frozen=True)
class Link:
    """The connection that a link names, and which of its tokens were there when it was made."""

    connection_id: int
    tenant_id: str
    token_version: int


MAX_AGE = {Purpose.CONNECT: 900, Purpose.VIEW: 3600}


def connect_url(cipher: Cipher, settings: Settings, row: Connection) -> str:
    """The address where a person starts the consent for this connection: for 15 minutes, and until
    it has led to new tokens."""
    query = urlencode({"link": seal(cipher, Purpose.CONNECT, row)})
    return f"{settings.public_url.rstrip('/')}/connect/{row.provider}?{query}"


def seal(cipher: Cipher, purpose: Purpose, row: Connection) -> str:
    """A link for this connection as it stands: its tokens' version is part of it."""
    return cipher.seal(f"link {purpose} {row.id} {row.tenant_id} {row.token_version}").decode()


def open_link(cipher: Cipher, purpose: Purpose, link: str) -> Link:
    """What a link names. Raises Misuse if it is forged, expired or for other ends."""
    try:
        sealed = link.encode("ascii")
        said = cipher.open(sealed, max_age=MAX_AGE[purpose]).split(" ")
    except (Misuse, UnicodeEncodeError):
        said = []
    if len(said) != 5 or said[:2] != ["link", purpose.value]:
        raise not_ours()
    return Link(int(said[2]), said[3], int(said[4]))


def not_ours() -> Misuse:
    text = "This link has expired, was used or is not ours."
    text += " `books connections connect` prints a new one."
    return Misuse("link_expired", text)
