"""`python -m worker.cli`: the command `books` where it is not installed."""

from worker.cli.app import main

main(prog_name="books")
