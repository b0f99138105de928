"""Run a command as a process group that cannot outlive whoever started this process. A script that needs no package.

    python warden.py COMMAND [ARGUMENT...]

Standard input is the leash: a byte asks the whole group to end (SIGTERM), its closing kills the group (SIGKILL). The
kernel closes it when the owner dies of anything, kill -9 included. A parent-death signal alone would reach the command
and not what the command started. Exits as the command did, 128 + the signal's number when a signal ended it.
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading

LINUX_PR_SET_PDEATHSIG = 1


def main(command: list[str]) -> int:
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        process_group=0,
        preexec_fn=_die_with_the_warden,  # noqa: PLW1509 - no thread runs yet
    )
    threading.Thread(target=_hold_the_leash, args=(child.pid,), daemon=True).start()
    # Not reaped yet, the child still owns its group's number: the kill below cannot meet a stranger.
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    _signal_group(child.pid, signal.SIGKILL)
    code = child.wait()
    return 128 - code if code < 0 else code


def _hold_the_leash(group: int) -> None:
    while os.read(0, 1):
        _signal_group(group, signal.SIGTERM)
    _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return  # all of it has ended: what was wanted


def _die_with_the_warden() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(LINUX_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
