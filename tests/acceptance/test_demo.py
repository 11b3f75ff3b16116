"""`./dev demo`: the events of a month become the books that they must become."""

import re

import pytest

from tests.acceptance.conftest import Command


@pytest.mark.slow
def test_the_demo_ends_as_expected_in_a_minute(command: Command) -> None:
    done = command("tests.system.demo")

    assert done.returncode == 0, done.stdout + done.stderr
    seconds = re.search(r"Everything is as expected, after ([\d.]+) s", done.stdout)
    assert seconds
    assert float(seconds[1]) < 60
