"""Signed links: they expire, name one connection, and are good for one purpose only."""

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


MAX_AGE = {Purpose.CONNECT: 900, Purpose.VIEW: 3600}


def connect_url(cipher: Cipher, settings: Settings, row: Connection) -> str:
    """The address where a person starts the consent for this connection, for 15 minutes."""
    query = urlencode({"link": seal(cipher, Purpose.CONNECT, row)})
    return f"{settings.public_url.rstrip('/')}/connect/{row.provider}?{query}"


def seal(cipher: Cipher, purpose: Purpose, row: Connection) -> str:
    return cipher.seal(f"link {purpose} {row.id} {row.tenant_id}").decode()


def open_link(cipher: Cipher, purpose: Purpose, link: str) -> tuple[int, str]:
    """Connection and tenant of a link. Raises Misuse if it is forged, expired or for other ends."""
    try:
        sealed = link.encode("ascii")
        said = cipher.open(sealed, max_age=MAX_AGE[purpose]).split(" ")
    except (Misuse, UnicodeEncodeError):
        said = []
    if len(said) != 4 or said[:2] != ["link", purpose.value]:
        text = "This link has expired or is not ours. `books connections connect` prints a new one."
        raise Misuse("link_expired", text)
    return int(said[2]), said[3]
