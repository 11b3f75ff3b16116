"""The guard of a run: a process of its own that waits until `./dev` is gone, however that came
about, then kills what the run left behind and removes its directory and containers.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.dev import docker, names

PATIENCE_SECONDS = 1.0  # for those the kernel has told already: PostgreSQL clears shared memory


def start(directory: Path) -> subprocess.Popen[bytes]:
    """In a session of its own and without the mark, so that nothing meant for the run hits it."""
    environment = {name: value for name, value in os.environ.items() if name != names.MARK}
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "deploy.dev.guard", str(directory)],
        env=environment,
        cwd="/",
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    directory = Path(sys.argv[1])
    sys.stdin.buffer.read()  # ends when the last holder of the other end is gone
    kill_marked(directory)
    if (directory / docker.USED).exists():
        docker.remove(directory.name)
    shutil.rmtree(directory, ignore_errors=True)


def kill_marked(directory: Path) -> None:
    """Kill every process whose environment names this run, until none is left."""
    patience_ends = time.monotonic() + PATIENCE_SECONDS
    while left := list(marked(directory)):
        if time.monotonic() > patience_ends:
            for pid in left:
                _kill(pid)
        time.sleep(0.05)


def marked(directory: Path) -> Iterator[int]:
    entry = f"{names.MARK}={directory}"
    if sys.platform == "linux":
        wanted = entry.encode()
        for environment in Path("/proc").glob("[0-9]*/environ"):
            if wanted in _read(environment).split(b"\0"):
                yield int(environment.parent.name)
    else:  # `ps -E` shows the environment of our own processes behind their command
        listing = subprocess.run(
            ["ps", "-axwwE", "-o", "pid=,command="], capture_output=True, text=True, check=False
        ).stdout
        for line in listing.splitlines():
            if re.search(rf"(^|\s){re.escape(entry)}(\s|$)", line):
                yield int(line.split()[0])


def _read(environment: Path) -> bytes:
    try:
        return environment.read_bytes()
    except OSError:  # gone meanwhile, or another user's
        return b""


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


if __name__ == "__main__":
    main()
