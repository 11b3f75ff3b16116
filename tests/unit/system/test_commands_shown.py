"""The judge of commands that documents show: it must see whatever would be refused."""

import pytest

from tests.commands_shown import shown, wrong


@pytest.mark.parametrize(
    "command",
    [
        "books stauts",
        "books connections shw acme",
        "books status --jsn",
        "books dead-letters list --state lost",
        "books resolve customer CUS-7",
        "books issues show four",
        "books why KIND ID --deep",
    ],
)
def test_what_would_be_refused_is_seen(command: str) -> None:
    assert wrong(f"Run `{command}` now.") == wrong(f"```sh\n{command}\n```")
    assert wrong(f"```sh drill\n{command}\n```")
    assert wrong(f"`{command}`")


def test_what_would_be_taken_and_what_is_only_named_pass() -> None:
    text = "`books status`, `books resolve` and `books connections add`; `books why KIND ID`"

    assert not wrong(text)
    assert not wrong("`books connections webhook-token acme --file key`")


def test_a_command_ends_where_the_shell_says() -> None:
    text = "```sh\nbooks status --json | jq .\nbooks keys new   # a comment\n```"

    assert list(shown(text)) == ["books status --json", "books keys new"]
