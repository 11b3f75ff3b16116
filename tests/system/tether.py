"""Becomes another program, which the kernel kills once whoever started it is gone.

`tether.py PARENT COMMAND...`. A program of its own instead of `preexec_fn`, which is not safe in a
process with threads. (The kernel goes by the thread that started it: let that be a lasting one.)
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
