"""`./dev up`: every process and a simulated ledger or two, connected and held until Ctrl-C."""

import argparse
import shlex
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from tests.system import connecting, endings, ledger
from tests.system.connecting import Connected
from tests.system.environment import Services, variables
from tests.system.processes import BOOKS, System, running

TENANT = "northwind-maintenance"  # the one of tests/data/small.jsonl


def main(arguments: Sequence[str] | None = None) -> int:
    providers = ledger.CHOICES[_options(arguments).provider]
    console = endings.console()
    services = Services.from_environment()
    with endings.explained(console), running(services, providers=providers) as system:
        system.start_all()
        say_addresses(console, system, connecting.connect_everywhere(system, TENANT))
        return hold(console, system)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev up", description=__doc__)
    ledger.add_option(parser)
    return parser.parse_args(arguments)


def say_addresses(console: Console, system: System, everywhere: Sequence[Connected]) -> None:
    """Everything that another shell needs to look and to publish."""
    file = system.directory / "environment"
    exports = (
        f"export {name}={shlex.quote(text)}" for name, text in variables(system.settings).items()
    )
    file.touch(0o600)
    file.write_text("\n".join([*exports, f'books() {{ {shlex.join(BOOKS)} "$@"; }}', ""]))
    said = {
        "RabbitMQ": system.services.broker,
        "PostgreSQL": system.database_url,
        "web": f"{system.web_url}/readyz",
        **{f"metrics of {n}": c.metrics_url for n, c in system.processes.items() if c.metrics_url},
        "logs": str(system.directory),
    }
    for one in everywhere:
        title = one.ledger.title
        said[f"{title} (simulated)"] = one.ledger.info["api"]
        said[f"control address of {title}"] = one.ledger.info["control"]
        said[f"company in {title}"] = f"{one.company} ({one.company_id}), tenant {one.tenant}"
    for name, text in said.items():
        console.print(f"{name:<30} {text}", soft_wrap=True, markup=False)
    console.print(
        f"\nIn another shell:  . {file}\nThen, for example:  books status", soft_wrap=True
    )
    console.print("Ctrl-C ends all of it.")


def hold(console: Console, system: System) -> int:
    """Wait for Ctrl-C, or for the end of a process, which is an error."""
    while True:
        for name, child in system.processes.items():
            if not child.is_alive():
                status = child.process.returncode
                console.print(f"{name} ended with status {status}:\n{child.tail()}", markup=False)
                return 1
        time.sleep(0.3)


if __name__ == "__main__":
    sys.exit(main())
