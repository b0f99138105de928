"""Airflow's processes die with their parents.

Without this a scheduler that is killed leaves its executor's workers behind with the tasks they run, and its successor
starts the same tasks beside them. Airflow imports this module in every process.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # prctl(2)

if sys.platform == "linux":
    libc = ctypes.CDLL(None)
    os.register_at_fork(after_in_child=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))
