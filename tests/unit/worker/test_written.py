"""The search for secrets in what a session has written finds what it is for."""

from pathlib import Path

import pytest

from tests import written
from tests.written import SECRET


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("intake.log", f"refused: RT1-{SECRET}0123"),
        ("answers.txt", f"client secret {SECRET}0123"),
        ("worker-drive.log", "Harbor Hotel CUS-1 was refused"),
        ("web.log", "mail to ap@harbor.example"),
    ],
)
def test_what_should_not_be_seen_is_found(tmp_path: Path, file: str, line: str) -> None:
    (tmp_path / file).write_text(f"all is well\n{line}\n")

    (leak,) = written.leaks(tmp_path)

    assert (leak.file, leak.line) == (file, line)


def test_commands_may_show_people_and_logs_the_rest(tmp_path: Path) -> None:
    (tmp_path / "answers.txt").write_text("customer CUS-1 Harbor Hotel CUS-1\n")
    (tmp_path / "intake.log").write_text("customer CUS-1 was taken in\n")

    assert not list(written.leaks(tmp_path))


def test_logs_of_processes_are_gathered_and_those_of_simulators_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, folder = tmp_path / "system", tmp_path / "folder"
    system.mkdir()
    folder.mkdir()
    for name in ("web", "simulators"):
        (system / f"{name}.log").write_text(f"{SECRET}\n")
    monkeypatch.setenv(written.FOLDER, str(folder))

    written.keep_logs(system)

    (leak,) = written.leaks(folder)
    assert leak.file.startswith("web-")
