"""Work that is done by a copy of this process, on its memory as it is at one moment, while the original goes on."""

import contextlib
import ctypes
import gc
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

_LOOK_EVERY_SECONDS = 0.01
_GIVE_UP_AFTER_SECONDS = 300.0
_LINUX_PR_SET_PDEATHSIG = 1
_STDERR = 2
_libc = ctypes.CDLL(None)


class CopyFailedError(Exception):
    """The copy did not finish its work."""


def run_in_a_copy(work: Callable[[], None]) -> float:
    """Do it in a copy of this process as it is now; the cost in seconds of a processor. Raises CopyFailedError."""
    before = time.thread_time()
    child = os.fork()
    if child == 0:
        _be_the_copy(work)
    forked = time.thread_time() - before
    deadline = time.monotonic() + _GIVE_UP_AFTER_SECONDS
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended and status == 0:
            return forked + used.ru_utime + used.ru_stime
        if ended:
            code = os.waitstatus_to_exitcode(status)
            raise CopyFailedError(f"The copy ended with {code}; its words are above.")
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(_LOOK_EVERY_SECONDS)


def _be_the_copy(work: Callable[[], None]) -> NoReturn:
    """The copy must not answer anybody, act on signals or outlive the original, and takes no lock of another thread."""
    code = 1
    try:
        if sys.platform == "linux":
            _libc.prctl(_LINUX_PR_SET_PDEATHSIG, signal.SIGKILL)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        gc.disable()
        _close_all_but_standard_files()
        work()
        code = 0
    except BaseException:  # whatever it is, it must not run on as a second LocalStack
        os.write(_STDERR, traceback.format_exc().encode())
    finally:
        os._exit(code)


def _close_all_but_standard_files() -> None:
    """Above all the gateway's socket: while the copy held it, a restarted LocalStack would find its port taken."""
    for descriptor in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        if descriptor > _STDERR:
            with contextlib.suppress(OSError):  # the one of this very listing is closed already
                os.close(descriptor)
