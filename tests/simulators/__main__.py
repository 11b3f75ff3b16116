"""Start the simulated ledgers: `python -m tests.simulators`; one JSON line says where they are."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from tests.simulators.httpd import Request, Response, Server
from tests.simulators.quickbooks.control import ROOT as CONTROL
from tests.simulators.quickbooks.control import Control
from tests.simulators.quickbooks.seed import NAMES, new_company
from tests.simulators.quickbooks.service import QuickBooks
from tests.simulators.settings import Settings
from tests.simulators.traffic import Recorder


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    # Many short-lived threads wait for each other's turns; the default of 5 ms is long for that.
    sys.setswitchinterval(0.0005)
    options = read_options(arguments)
    quickbooks = build_quickbooks(options)
    control = Control(quickbooks)

    def answer(request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return control.answer(request)
        found = quickbooks.answer(request)
        return found or Response(404, b'{"error":"no such address"}')

    server = Server(options.host, options.port, answer, quickbooks.after)
    quickbooks.base = f"http://{options.host}:{server.port}"

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # Not on a thread: another may be starting just now, and that holds a lock once only.
        server.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(json.dumps(quickbooks.info()), flush=True)
    server.serve()
    return 0


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--companies", type=int, default=1, help="how many to invent")
    parser.add_argument("--company-id", nargs="*", default=[], help="their ids, instead")
    parser.add_argument("--client-id", default="")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--tax-rate", default="8", help="percent")
    parser.add_argument("--closed-until", help="last day of the closed period")
    parser.add_argument("--filled", action="store_true", help="with a year of work in them")
    parser.add_argument("--token-seconds", type=float, default=3600)
    parser.add_argument("--request-id-seconds", type=float, default=86_400)
    parser.add_argument("--latency-ms", default="0:0", help="LOW:HIGH")
    return parser.parse_args(arguments)


def build_quickbooks(options: argparse.Namespace) -> QuickBooks:
    settings = Settings()
    settings.change(
        {
            "token_seconds": options.token_seconds,
            "request_id_seconds": options.request_id_seconds,
            "latency_ms": options.latency_ms.split(":"),
        }
    )
    quickbooks = QuickBooks(
        Recorder(os.environ.get("SIMULATOR_TRAFFIC") or None),
        settings,
        options.client_id or "AB" + secrets.token_hex(24),
        options.client_secret or secrets.token_hex(20),
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


if __name__ == "__main__":
    sys.exit(main())
