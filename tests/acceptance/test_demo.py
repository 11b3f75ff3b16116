"""`./dev demo`: the events of a month become the books that they must become."""

import pytest

from tests.acceptance.conftest import Command


@pytest.mark.slow
def test_the_demo_ends_as_expected(command: Command) -> None:
    done = command("tests.system.demo")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Everything is as expected, after" in done.stdout
