"""Which of the companies that a consent opens is meant: the bound one, the only one, or the one
that a person chooses; never just any."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from worker.providers.authorizer import Offered, Tokens
from worker.store.connections import Connection
from worker.store.secrets import Cipher
from worker.sync.connections import bound_to
from worker.sync.refused import mismatch, refused


@dataclass(frozen=True)
class Offer:
    """What waits for a person's choice, sealed in the connection's row: the tokens of the consent,
    and the companies that it opens."""

    tokens: Tokens = field(repr=False)
    given_at: datetime
    companies: Sequence[Offered]

    def seal(self, cipher: Cipher) -> bytes:
        tokens, ends = self.tokens, self.tokens.refresh_lifetime
        held = {
            "access_token": tokens.access_token,
            "refresh_token": tokens.refresh_token,
            "access_seconds": tokens.access_lifetime.total_seconds(),
            "refresh_seconds": None if ends is None else ends.total_seconds(),
            "given_at": self.given_at.isoformat(),
            "companies": [asdict(one) for one in self.companies],
        }
        return cipher.seal(json.dumps(held))

    @classmethod
    def open(cls, cipher: Cipher, sealed: bytes) -> "Offer":
        held = json.loads(cipher.open(sealed))
        ends = held["refresh_seconds"]
        tokens = Tokens(
            held["access_token"],
            held["refresh_token"],
            timedelta(seconds=held["access_seconds"]),
            None if ends is None else timedelta(seconds=ends),
        )
        companies = [Offered(**one) for one in held["companies"]]
        return cls(tokens, datetime.fromisoformat(held["given_at"]), companies)

    def left(self, moment: datetime) -> Tokens:
        """The tokens with what is left of their lives."""
        tokens, passed = self.tokens, moment - self.given_at
        ends = tokens.refresh_lifetime
        return Tokens(
            tokens.access_token,
            tokens.refresh_token,
            tokens.access_lifetime - passed,
            None if ends is None else ends - passed,
        )


def meant(row: Connection, offered: Sequence[Offered]) -> str | None:
    """The company's ref; None where a person has to choose. Raises Misuse where none fits."""
    if not offered:
        raise refused(row, "This consent opens no company's books: none was chosen.")
    ours, refs = bound_to(row), [one.ref for one in offered]
    if ours is not None and ours not in refs:
        raise mismatch(row, ", ".join(map(labelled, offered)))
    return ours or (refs[0] if len(refs) == 1 else None)


def labelled(one: Offered) -> str:
    return one.ref if one.name == one.ref else f"{one.name} ({one.ref})"
