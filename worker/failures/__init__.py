"""The closed catalogue of our codes: why a record is not in the books, and what to do about it."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from worker.failures import documents, matching, paid, setup
from worker.failures.code import Code, Retry

__all__ = ["CODES", "Code", "Retry", "describe"]

CODES: Mapping[str, Code] = MappingProxyType(
    {entry.code: entry for module in (setup, documents, paid, matching) for entry in module.ENTRIES}
)


class _Names(dict[str, str]):
    """Names that nobody gave are said in general words, so that no sentence ever breaks."""

    _general = MappingProxyType(
        {
            "record": "this record",
            "account": "an account",
            "company": "the company",
            "other_company": "another company",
            "customer": "the customer",
            "named": "a customer, vendor, item or account",
            "needed": "another type",
            "use": "this purpose",
            "currency": "its currency",
            "date": "its date",
            "field": "a field",
            "number": "its number",
            "name": "its name",
            "tax_code": "a tax code",
            "tax_codes": "several tax codes",
            "other": "another record",
            "mapping": "an account",
            "waiting_on": "another record",
            "limit": "the limit",
            "total": "less",
            "paid": "more",
        }
    )

    def __missing__(self, name: str) -> str:
        return self._general.get(name, name.replace("_", " "))


def describe(code: str, names: Mapping[str, str]) -> Code:
    """The catalogue's entry with its sentence filled; an unknown code is described as a defect."""
    entry = CODES.get(code) or replace(CODES["defect"], code=code)
    said = _Names(names)
    sentence = entry.explanation.format_map(said)
    steps = tuple(step.format_map(said) for step in entry.steps)
    return replace(entry, explanation=sentence[:1].upper() + sentence[1:], steps=steps)
