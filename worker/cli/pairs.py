"""KEY=VALUE, as commands take them."""

from collections.abc import Sequence

from worker.errors import Misuse


def read(pairs: Sequence[str], example: str) -> dict[str, str]:
    """Each pair as key and value, which may hold `=` itself. Raises: Misuse that shows
    `example`."""
    wanted = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise Misuse("bad_pair", f"{pair} is not {example}")
        wanted[key.strip()] = value.strip()
    return wanted
