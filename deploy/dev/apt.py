"""apt-get, for root on Debian and Ubuntu: installs what is missing, in one printed line."""

import os
import shutil
import subprocess

from deploy.dev.paths import Unavailable, is_root, may_install, say


def check() -> str:
    """Raises Unavailable if apt-get may not or cannot be used."""
    if not shutil.which("apt-get"):
        raise Unavailable("there is no apt-get")
    if not is_root():
        raise Unavailable("apt-get needs root")
    if not may_install():
        raise Unavailable("DEV_NO_INSTALL forbids it")
    return "apt-get install"


def install(*packages: str) -> None:
    """Without recommendations. The packages' services do not matter: we start our own processes."""
    check()
    say(f"apt-get install --no-install-recommends {' '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(
            ["apt-get", "-qq", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Unavailable(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-500:]}")
