"""Names, numbers and markers as Xero takes them: characters, lengths, where a marker fits."""

import hashlib

from schemas.item import Item
from schemas.kinds import Kind
from worker.providers.marker import marked, marker
from worker.providers.refusals import refuse
from worker.providers.texts import cut, fold, shortened, smooth, suffixed

PARTY_NAME = 255
ITEM_NAME = 50
DESCRIPTION = 4000
_CODE = 30
_NUMBER = 255
_CONTACT_NUMBER = 50
_REFERENCE = 255
_NARRATION = 500  # no limit is documented
_PAYMENT_REFERENCE = 99  # no limit is documented either

_NO_BRACKETS = str.maketrans("<>", "()")
_NO_QUOTES = str.maketrans('"', "'")  # how `where` would take one is not documented


def clean(name: str) -> str:
    """Without angle brackets and superfluous blanks, which Xero refuses (Xero: contacts)."""
    return smooth(name.translate(_NO_BRACKETS))


def unique_name(name: str, alias: str | None, limit: int = PARTY_NAME) -> str:
    """A cleaned name within the limit, with the suffix that was chosen after a clash of names."""
    cleaned = clean(name)
    if not cleaned:
        raise refuse("name_unusable", {"name": name})
    return suffixed(cleaned, alias, limit)


def item_code(document: Item) -> str:
    """What the CMMS calls the thing on the shelf, else its record's id."""
    return shortened(smooth(document.sku or "") or document.id, _CODE)


def document_number(number: str) -> str:
    """A number of printable ASCII (Xero: invoices); what is not is told apart by a hash."""
    cleaned = shortened(number, _NUMBER)
    if cleaned.isascii() and cleaned.isprintable():
        return cleaned
    readable = "".join(one if one.isascii() and one.isprintable() else "?" for one in cleaned)
    return f"{fold(cleaned)}-{readable}"[:_NUMBER]


def contact_number(kind: Kind, record_id: str) -> str:
    """`CMMS customer CUS-1`: the marker of a contact; an id that does not fit stands as a hash."""
    plain = marker(kind, record_id)[1:-1]
    if len(plain) <= _CONTACT_NUMBER:
        return plain
    folded = hashlib.sha256(record_id.encode()).hexdigest()[:16]
    return f"CMMS {kind} #{folded}"


def contact_marker(number: str | None) -> tuple[str, str] | None:
    """The CMMS record that a contact's number names: kind and id (or a hash, which is no id)."""
    return marked(f"[{number}]")


def reference(words: list[str], kind: Kind, record_id: str) -> str:
    """A document's reference: people's words, and the marker at the end."""
    mark = marker(kind, record_id)
    said = cut(smooth(", ".join(filter(None, words))), _REFERENCE - len(mark) - 1)
    return f"{said} {mark}".strip()


def payment_reference(words: list[str], record_id: str) -> str:
    """A payment's reference: the marker, and people's words as far as they fit behind it."""
    mark = marker(Kind.PAYMENT, record_id)
    room = max(_PAYMENT_REFERENCE - len(mark) - 1, 1)
    return f"{mark} {cut(smooth(', '.join(filter(None, words))), room)}".strip()


def narration(words: list[str], record_id: str) -> str:
    """What a journal says of itself: people's words, and the marker at the end."""
    mark = marker(Kind.EXPENSE, record_id)
    said = smooth(", ".join(filter(None, words)).translate(_NO_QUOTES))
    return f"{cut(said, _NARRATION)} {mark}".strip()
