"""promtool and Prometheus by ./dev: which way is taken, and what is said where there is none."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy.dev.paths import ROOT

EXPLAINED = "import deploy.dev.prometheus as p; print(p.programs().variables())"


def dev(path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """What `deploy.dev.prometheus` finds with nothing on PATH but `path`."""
    return subprocess.run(
        [sys.executable, "-P", "-c", EXPLAINED],
        env={"PATH": str(path), "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A directory with two programs that say their version."""
    for name in ("promtool", "prometheus"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\necho 3.5.0\n")
        program.chmod(0o755)
    return tmp_path


def test_what_is_on_path_is_taken(programs: Path) -> None:
    found = dev(programs)

    assert str({"PROMTOOL": str(programs / "promtool")})[1:-1] in found.stdout
    assert "promtool and prometheus: programs" in found.stderr


def test_what_the_environment_names_is_taken_before_all_else(programs: Path) -> None:
    named = {"PROMTOOL": sys.executable, "PROMETHEUS": sys.executable}

    found = dev(programs, **named)

    assert found.stdout.strip() == str(named)


def test_a_name_that_is_wrong_is_not_overruled(programs: Path) -> None:
    found = dev(programs, PROMTOOL=str(programs / "promtool"))

    assert found.returncode
    assert "must both name a program: one is not set" in found.stderr


def test_a_program_that_does_not_run_is_not_taken(programs: Path) -> None:
    (programs / "promtool").write_text("#!/bin/sh\nexit 1\n")

    found = dev(programs, DEV_SERVICES="programs")

    assert found.returncode
    assert f"{programs / 'promtool'} does not run here" in found.stderr


def test_where_there_is_none_each_way_says_why(tmp_path: Path) -> None:
    found = dev(tmp_path, DEV_SERVICES="docker")

    assert found.returncode
    for reason in ("PROMTOOL and PROMETHEUS are not set", "there is no docker command", "apt-get"):
        assert reason in found.stderr


def test_dev_no_install_forbids_apt(tmp_path: Path) -> None:
    for name in ("apt-get", "dpkg-deb"):
        (tmp_path / name).symlink_to("/bin/true")

    found = dev(tmp_path, DEV_SERVICES="apt", DEV_NO_INSTALL="1")

    assert found.returncode
    assert "DEV_NO_INSTALL forbids it" in found.stderr
