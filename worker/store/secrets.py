"""Secrets at rest: encrypted with the first of a list of keys, readable with all of them."""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from worker.errors import Misuse


class Cipher:
    """Encrypts tokens and client secrets, and signs links that expire (Fernet tokens carry their
    time)."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            each = [Fernet(key) for key in keys]
            self._first, self._fernet = each[0], MultiFernet(each)
        except ValueError as error:
            raise Misuse(
                "bad_encryption_key",
                "BOOKS_ENCRYPTION_KEYS must be a JSON list of Fernet keys; "
                "`books keys new` prints one",
            ) from error

    def seal(self, secret: str) -> bytes:
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes, *, max_age: int | None = None) -> str:
        """The secret again. Raises Misuse if no key fits, or if it is older than `max_age`
        seconds."""
        try:
            return self._fernet.decrypt(bytes(sealed), ttl=max_age).decode()
        except InvalidToken as error:
            raise Misuse("unreadable_secret", "no key reads this, or it has expired") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it, so that the others are not needed for it."""
        try:
            self._first.decrypt(bytes(sealed))
        except InvalidToken:
            return False
        return True

    def renewed(self, sealed: bytes) -> bytes:
        """The same under the first key, and as old as it was. Raises Misuse if no key fits."""
        try:
            return self._fernet.rotate(bytes(sealed))
        except InvalidToken as error:
            raise Misuse("unreadable_secret", "no key reads this") from error
