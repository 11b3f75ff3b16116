"""A QuickBooks as the command line wants it."""

from __future__ import annotations

import argparse
import secrets

from tests.simulators.quickbooks.seed import NAMES, new_company
from tests.simulators.quickbooks.service import QuickBooks
from tests.simulators.settings import Settings
from tests.simulators.traffic import Recorder


def build_quickbooks(options: argparse.Namespace, recorder: Recorder) -> QuickBooks:
    settings = Settings()
    if options.token_seconds is not None:
        settings.token_seconds = options.token_seconds
    settings.change(
        {
            "request_id_seconds": options.request_id_seconds,
            "latency_ms": options.latency_ms.split(":"),
        }
    )
    quickbooks = QuickBooks(
        recorder,
        settings,
        options.client_id or "AB" + secrets.token_hex(24),
        options.client_secret or "pl4nted" + secrets.token_hex(16),
    )
    for place, number in enumerate(options.company_id or [None] * options.companies):
        company = new_company(
            id=number,
            name=f"{NAMES[place % len(NAMES)]}" + (f" {place}" if place >= len(NAMES) else ""),
            tax_rate=options.tax_rate,
            closed_until=options.closed_until,
            filled=options.filled,
        )
        quickbooks.add(company)
    return quickbooks
