"""`books doctor`: what is wrong with this installation, and what to do."""

import click

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.sync.finding import State


@click.command()
@json_option
def doctor(as_json: bool) -> None:  # noqa: FBT001
    """Check database, migrations, broker, queues, keys, clock and connections.

    Ends with 0 where all is fine, with 1 where something wants attention or could not be checked,
    and with 2 where something is broken.
    """
    # Here: it brings the migrations along, and every other command would wait for them.
    from worker.sync import doctor as use  # noqa: PLC0415

    with opened() as services:
        findings = use.examine(services)
    if as_json:
        output.print_json(findings)
    else:
        for finding in findings:
            output.say(f"{finding.state:<8} {finding.check}: {finding.says}")
            if finding.state is not State.FINE:
                output.say(f"{'':<8} -> {finding.todo}")
    raise SystemExit(use.exit_code(findings))


COMMANDS = (doctor,)
