"""A Xero as the command line wants it."""

from __future__ import annotations

import argparse
import secrets
import uuid

from tests.simulators.traffic import Recorder
from tests.simulators.xero.seed import COMPANIES, new_organisation
from tests.simulators.xero.service import Xero
from tests.simulators.xero.settings import Settings


def build_xero(options: argparse.Namespace, recorder: Recorder) -> Xero:
    settings = Settings()
    if options.token_seconds is not None:
        settings.token_seconds = options.token_seconds
    settings.change(
        {
            "key_seconds": options.key_seconds,
            "latency_ms": options.latency_ms.split(":"),
            "limits": {"per_day": options.per_day},
        }
    )
    xero = Xero(
        recorder,
        settings,
        options.client_id or secrets.token_hex(16).upper(),
        options.client_secret or "pl4nted" + secrets.token_urlsafe(31),
    )
    for place, number in enumerate(options.company_id or [None] * options.companies):
        round_, name = divmod(place, len(COMPANIES))
        organisation = new_organisation(
            tenant_id=None if number is None else tenant_id(number),
            name=COMPANIES[name] + (f" {place}" if round_ else ""),
            tax_rate=options.tax_rate,
            closed_until=options.closed_until,
            filled=options.filled,
        )
        xero.add(organisation)
    return xero


def tenant_id(given: str) -> str:
    """Xero's ids are GUIDs; from another ledger's id always the same one is made."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, given))
