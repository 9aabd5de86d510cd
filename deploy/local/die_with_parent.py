"""Runs a program that the kernel kills when the launcher dies, however it dies: `die_with_parent.py PID PROGRAM ...`."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        # The mark survives exec. A parent that died before it was set is seen by the check after it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(parent):
        sys.exit("the launcher is gone")
    os.execvp(command[0], command)  # noqa: S606
