"""Which element of an answer is whose: by its id, by our own key in it, or by its place."""

from collections.abc import Callable, Sequence

from worker.providers.port import Part
from worker.providers.wire import Body, rows
from worker.providers.xero.shapes import SHAPES

NO_ID = "00000000-0000-0000-0000-000000000000"  # of an element that was not made (Xero: batches)


def elements(parts: Sequence[Part], body: Body) -> dict[str, Body]:
    """What an answer says of parts of one path, by their keys.

    That elements come in the order in which they were sent is nowhere promised, so their place
    counts only where nothing in them says otherwise.
    """
    said = rows(body.get(SHAPES[parts[0].kind].path)) or rows(body.get("Elements"))
    claimed: dict[str, int] = {}
    ways: list[Callable[[Part, Body], bool]] = [_has_ref, _has_key]
    for is_its in ways:
        for part in parts:
            free = [place for place in range(len(said)) if place not in claimed.values()]
            mine = [place for place in free if is_its(part, said[place])]
            if part.key not in claimed and len(mine) == 1:
                claimed[part.key] = mine[0]
    if len(said) == len(parts):
        for place, part in enumerate(parts):
            free_here = part.key not in claimed and place not in claimed.values()
            if free_here and not _is_anothers(part, said[place]):
                claimed[part.key] = place
    return {key: said[place] for key, place in claimed.items()}


def id_of(part: Part, element: Body) -> str:
    """The id that an element has, NO_ID where it has none."""
    return str(element.get(SHAPES[part.kind].id) or NO_ID)


def _has_ref(part: Part, element: Body) -> bool:
    """Ids are UUIDs, in small letters or capitals."""
    return part.ref is not None and id_of(part, element).casefold() == part.ref.casefold()


def _has_key(part: Part, element: Body) -> bool:
    key = SHAPES[part.kind].key
    wanted = _words(part.body.get(key))
    return part.ref is None and bool(wanted) and _words(element.get(key)) == wanted


def _is_anothers(part: Part, element: Body) -> bool:
    if part.ref is not None:
        return id_of(part, element) != NO_ID
    return bool(_words(element.get(SHAPES[part.kind].key)))


def _words(text: object) -> list[str]:
    return str(text or "").split()
