"""Keys under which parties and items of the CMMS and of the books meet: equal keys, perhaps one
record."""

import re
import unicodedata

# What says how a company is incorporated, not who it is; at the end of a name only.
_LEGAL = frozenset({
    "inc", "incorporated", "corp", "corporation", "co", "company", "llc", "llp", "lllp", "lp",
    "plc", "ltd", "limited", "pty", "pvt", "pte", "ulc", "gmbh", "mbh", "ag", "kg", "kgaa", "ohg",
    "gbr", "ug", "ek", "ev", "sa", "sas", "sarl", "srl", "sl", "slu", "spa", "sca", "bv", "nv",
    "cv", "ab", "aps", "oy", "oyj", "kft", "sro", "doo", "sp", "zoo", "kk", "and",
})  # fmt: skip
_DELETED = re.compile(r"\s*\(deleted(-\d+)?\)$", re.IGNORECASE)  # appended to what is given up
_APOSTROPHES = re.compile(r"['`´‘’ʼ]")
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # S.A., L.L.C.
_NO_WORD = re.compile(r"[\W_]+")
_NO_DIGIT = re.compile(r"\D+")
_PHONE_DIGITS = 9  # as many as are left without country code and leading zeros


def label_key(name: str | None) -> str | None:
    """A display name as ledgers compare it: whatever its case, its blanks and its colons."""
    bare = _DELETED.sub("", (name or "").strip())
    return " ".join(bare.replace(":", " - ").casefold().split()) or None


def name_key(name: str | None) -> str | None:
    """What is left of a name without case, accents, punctuation and legal form.

    "Müller & Söhne GmbH" and "MULLER AND SOHNE" have one key, and so have names of one label.
    """
    bare = _DELETED.sub("", (name or "").strip())
    parts = unicodedata.normalize("NFKD", bare.casefold())
    plain = "".join(one for one in parts if not unicodedata.combining(one))
    joined = _INITIALS.sub("", _APOSTROPHES.sub("", plain))
    words = _NO_WORD.sub(" ", re.sub(r"[&+]", " and ", joined)).split()
    return " ".join(_without_form(words)) or label_key(name)


def email_key(address: str | None) -> str | None:
    """The first address of an e-mail field, whatever its case; None: there is none."""
    first = re.split(r"[,;\s]", (address or "").strip(), maxsplit=1)[0]
    return first.casefold() if "@" in first else None


def code_key(number: str | None) -> str | None:
    """An account number or SKU, as the tables hold it."""
    return (number or "").strip() or None


def phone_key(number: str | None) -> str | None:
    """The last digits of a telephone number; None: too few to tell two apart."""
    digits = _NO_DIGIT.sub("", number or "")[-_PHONE_DIGITS:]
    return digits if len(digits) > 5 else None


def _without_form(words: list[str]) -> list[str]:
    """Without a leading article and the legal form; a name that is nothing else stays."""
    kept = words[1:] if len(words) > 1 and words[0] == "the" else words
    end = len(kept)
    while end > 1 and kept[end - 1] in _LEGAL:
        end -= 1
    return kept[:end]
