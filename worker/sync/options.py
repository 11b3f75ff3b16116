"""The settings of a connection: what they are called, mean and may be; pure."""

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import partial
from urllib.parse import urlsplit

from schemas.kinds import Kind
from worker.errors import Misuse
from worker.policies import (
    ClosedPeriod,
    Conflict,
    InvoiceStatus,
    NewParties,
    Numbering,
    Policies,
    TakenNumber,
)
from worker.providers.port import Resource, Traits
from worker.settings import Settings
from worker.sync.login import USUAL, Login, read_scope, read_url

NONE, OFF, ALL = "none", "off", "all"
_SHORTEST, _LONGEST = 60, 30 * 86400  # seconds between two pulls
_TEMPLATE_NAMES = frozenset({"tenant", "kind", "id"})

FEEDS = {
    "payments": Resource.PAYMENTS,
    "accounts": Resource.ACCOUNTS,
    "taxes": Resource.TAXES,
    "company": Resource.CONNECTION,
    "customers": Resource.CUSTOMERS,
    "vendors": Resource.VENDORS,
    "items": Resource.ITEMS,
    "documents": Resource.DOCUMENTS,
}
"""Feeds as people name them."""


@dataclass(frozen=True)
class Options:
    """The settings of one connection. `feeds`: seconds between two pulls; 0: off."""

    off: frozenset[Kind] = frozenset()
    start: date | None = None
    policies: Policies = field(default_factory=Policies)
    feeds: Mapping[Resource, int] = field(default_factory=dict)
    login: Login = field(default_factory=Login)


@dataclass(frozen=True)
class Option:
    """One setting. `write` raises ValueError, of which the text is of no use to anybody."""

    key: str
    meaning: str
    choices: str
    read: Callable[[Options], str]
    write: Callable[[Options, str], Options]


def intervals(settings: Settings, traits: Traits) -> dict[Resource, int]:
    """What the clock pulls unless a connection says otherwise, in seconds; 0: never."""
    return dict.fromkeys(FEEDS.values(), 0) | {
        Resource.CONNECTION: settings.company_interval,
        Resource.ACCOUNTS: settings.lists_interval,
        Resource.TAXES: settings.lists_interval,
        Resource.PAYMENTS: settings.payments_interval,
        **traits.feeds,
    }


def changed(options: Options, defaults: Options, wanted: Mapping[str, str]) -> Options:
    """The settings after `wanted`, key -> text; an empty text stands for the default.

    Raises: Misuse that names key, value and choices.
    """
    for key, text in wanted.items():
        option = _named(key)
        value = text.strip() or option.read(defaults)
        try:
            options = option.write(options, value)
        except ValueError:
            said = f"{key}={text}: choose {option.choices}"
            raise Misuse("bad_setting", said) from None
    return options


def _named(key: str) -> Option:
    if key in OPTIONS:
        return OPTIONS[key]
    kind = key.removeprefix("kind.")
    if kind != key and kind in list(Kind):
        return _switch(Kind(kind))
    known = ", ".join([*OPTIONS, "kind.KIND"])
    raise Misuse("unknown_setting", f"there is no setting {key}; known: {known}")


def _read_kinds(options: Options) -> str:
    on = [kind for kind in Kind if kind not in options.off]
    return ALL if len(on) == len(Kind) else ",".join(on) or NONE


def _write_kinds(options: Options, text: str) -> Options:
    if text in (ALL, NONE):
        named = set(Kind) if text == ALL else set()
    else:
        named = {Kind(one.strip()) for one in text.split(",")}
    return replace(options, off=frozenset(Kind) - named)


def _switch(kind: Kind) -> Option:
    """`kind.expense=off`: one kind, whatever the others are."""

    def write(options: Options, text: str) -> Options:
        if text not in ("on", OFF):
            raise ValueError
        return replace(options, off=options.off - {kind} | ({kind} if text == OFF else set()))

    def read(options: Options) -> str:
        return OFF if kind in options.off else "on"

    return Option(
        f"kind.{kind}", f"whether records of the kind {kind} go", "on or off", read, write
    )


def _read_start(options: Options) -> str:
    return options.start.isoformat() if options.start else NONE


def _write_start(options: Options, text: str) -> Options:
    if text != NONE and not re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        raise ValueError
    return replace(options, start=None if text == NONE else date.fromisoformat(text))


def _policy(name: str, kinds: type[StrEnum], meaning: str) -> Option:
    def write(options: Options, text: str) -> Options:
        return _with_policy(options, name, kinds(text))

    choices = " or ".join(one.value for one in kinds)
    return Option(name, meaning, choices, partial(_read_policy, name), write)


def _read_policy(name: str, options: Options) -> str:
    return str(getattr(options.policies, name)) or NONE


def _with_policy(options: Options, name: str, value: str) -> Options:
    dumped = options.policies.dump() | {name: str(value)}
    return replace(options, policies=Policies.read({"policies": dumped}))


def _write_url(options: Options, text: str) -> Options:
    return _with_policy(options, "record_url", "" if text == NONE else _template(text))


def _template(text: str) -> str:
    """An address with places for {tenant}, {kind} and {id}, of which the last one must be there."""
    parts = urlsplit(text)
    fields = [found[1:] for found in string.Formatter().parse(text) if found[1] is not None]
    names = {name for name, _, _ in fields}
    plain = not any(spec or conversion for _, spec, conversion in fields)
    web = parts.scheme in ("http", "https") and parts.hostname
    readable = text.isascii() and text.isprintable() and " " not in text and len(text) <= 500
    if not (plain and web and readable and "id" in names <= _TEMPLATE_NAMES):
        raise ValueError
    return text


def _write_login(options: Options, text: str) -> Options:
    return replace(options, login=replace(options.login, url=read_url(text)))


def _write_scope(options: Options, text: str) -> Options:
    return replace(options, login=replace(options.login, scope=read_scope(text)))


def _feed(name: str, resource: Resource) -> Option:
    def write(options: Options, text: str) -> Options:
        seconds = 0 if text == OFF else int(text)
        if seconds and not _SHORTEST <= seconds <= _LONGEST:
            raise ValueError
        return replace(options, feeds={**options.feeds, resource: seconds})

    def read(options: Options) -> str:
        return str(options.feeds.get(resource) or OFF)

    choices = f"seconds ({_SHORTEST} to {_LONGEST}) or {OFF}"
    return Option(f"feed.{name}", f"between two pulls of {_PULLED[name]}", choices, read, write)


_PULLED = {
    "payments": "what changed: payments, invoices, customers, vendors, items",
    "accounts": "all accounts",
    "taxes": "all tax codes and rates",
    "company": "the company's preferences, closing date among them",
    "customers": "customers alone",
    "vendors": "vendors alone",
    "items": "items alone",
    "documents": "invoices and bills as they stand, where payments do not bring them",
}

OPTIONS = {
    option.key: option
    for option in (
        Option(
            "kinds",
            "kinds of records that go into the books",
            f"{ALL}, {NONE}, or some of {','.join(Kind)} (or one by kind.KIND=on|off)",
            _read_kinds,
            _write_kinds,
        ),
        Option(
            "start_date",
            "documents dated before it stay out of the books",
            f"a date such as 2026-01-31, or {NONE}",
            _read_start,
            _write_start,
        ),
        _policy("closed_period", ClosedPeriod, "a document dated within a closed period"),
        _policy("conflict", Conflict, "changed in the books and in the CMMS: whose side counts"),
        _policy("taken_number", TakenNumber, "a number that another document has already"),
        _policy("numbering", Numbering, "whose numbers sales invoices bear"),
        _policy("new_parties", NewParties, "a customer, vendor or item that the books lack"),
        _policy(
            "invoice_status", InvoiceStatus, "how new sales invoices stand where books have drafts"
        ),
        Option(
            "record_url",
            "address of a record in the CMMS, shown in the books",
            f"an http(s) address with {{id}}, and {{tenant}} or {{kind}} if needed, or {NONE}",
            partial(_read_policy, "record_url"),
            _write_url,
        ),
        Option(
            "login_url",
            "where people consent, from the next time on",
            f"an http(s) address, or {USUAL}",
            lambda options: options.login.url or USUAL,
            _write_login,
        ),
        Option(
            "scope",
            "what a consent is asked for, from the next one on",
            f"scopes with blanks between them, or {USUAL}",
            lambda options: options.login.scope or USUAL,
            _write_scope,
        ),
        *(_feed(name, resource) for name, resource in FEEDS.items()),
    )
}
