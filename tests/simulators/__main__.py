"""Start the simulated ledgers: `python -m tests.simulators`; one JSON line says where they are."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Protocol

from tests.simulators.control import ROOT as CONTROL
from tests.simulators.httpd import Request, Response, Server
from tests.simulators.quickbooks.control import Control as QuickBooksControl
from tests.simulators.quickbooks.start import build_quickbooks
from tests.simulators.settings import Json
from tests.simulators.traffic import Recorder
from tests.simulators.xero.control import Control as XeroControl
from tests.simulators.xero.start import build_xero

PROVIDERS = ("quickbooks", "xero")


class Ledger(Protocol):
    """What a simulated ledger is to the process that serves it."""

    base: str

    def answer(self, request: Request) -> Response | None: ...
    def after(self, request: Request, response: Response) -> None: ...
    def info(self) -> dict[str, Json]: ...


class Control(Protocol):
    def answer(self, request: Request) -> Response: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    # Many short-lived threads wait for each other's turns; the default of 5 ms is long for that.
    sys.setswitchinterval(0.0005)
    options = read_options(arguments)
    chosen = PROVIDERS if options.provider == "both" else (options.provider,)
    recorder = Recorder(os.environ.get("SIMULATOR_TRAFFIC") or None)
    servers: list[Server] = []
    line: dict[str, Json] = {}
    for provider in chosen:
        ledger, server = listen(provider, options, recorder)
        servers.append(server)
        line |= ledger.info()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # Not on a thread: another may be starting just now, and that holds a lock once only.
        for server in servers:
            server.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(json.dumps(line), flush=True)
    for server in servers[1:]:
        threading.Thread(target=server.serve, daemon=True).start()
    servers[0].serve()
    return 0


def listen(provider: str, options: argparse.Namespace, recorder: Recorder) -> tuple[Ledger, Server]:
    """One ledger with its control address on a port of its own, not served yet."""
    ledger: Ledger
    control: Control
    if provider == "xero":
        xero = build_xero(options, recorder)
        ledger, control, port = xero, XeroControl(xero), options.xero_port
    else:
        quickbooks = build_quickbooks(options, recorder)
        ledger, control, port = quickbooks, QuickBooksControl(quickbooks), options.port

    def answer(request: Request) -> Response:
        if request.path.startswith(CONTROL):
            return control.answer(request)
        return ledger.answer(request) or Response(404, b'{"error":"no such address"}')

    server = Server(options.host, port, answer, ledger.after)
    ledger.base = f"http://{options.host}:{server.port}"
    return ledger, server


def read_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("--provider", choices=[*PROVIDERS, "both"], default="quickbooks")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="of QuickBooks; 0: any free port")
    parser.add_argument("--xero-port", type=int, default=0, help="of Xero; 0: any free port")
    parser.add_argument("--companies", type=int, default=1, help="how many to invent")
    parser.add_argument("--company-id", nargs="*", default=[], help="their ids, instead")
    parser.add_argument("--client-id", default="")
    parser.add_argument("--client-secret", default="")
    parser.add_argument("--tax-rate", default="8", help="percent")
    parser.add_argument("--closed-until", help="last day of the closed period")
    parser.add_argument("--filled", action="store_true", help="with a year of work in them")
    parser.add_argument("--token-seconds", type=float, help="default: 3600; Xero 1800")
    parser.add_argument("--latency-ms", default="0:0", help="LOW:HIGH")
    parser.add_argument("--request-id-seconds", type=float, default=86_400, help="QuickBooks")
    parser.add_argument("--key-seconds", type=float, default=360, help="Xero: Idempotency-Key")
    parser.add_argument("--per-day", type=int, default=1000, help="Xero: calls of a tenant")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
