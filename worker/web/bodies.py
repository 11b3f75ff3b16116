"""Bodies of requests, of which nobody may send us more than we want to read."""

from starlette.requests import Request


class TooLarge(Exception):
    """The body is longer than any that is meant for us."""


async def whole(request: Request, longest: int) -> bytes:
    """The whole body, and never more of it than is allowed. Raises TooLarge."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            raise TooLarge
    return bytes(body)
