"""One runtime: a process of AWS's runtime client (awslambdaric) that holds a function and serves its invocations."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

import psutil

from lab_localstack.lambda_.runtime_api import Event, Invocation, RuntimeApi, Said

MEMORY_CHECK_SECONDS = 0.05
OUTPUT_KEPT_BYTES = 1024 * 1024

# A child gets its parent-death signal when the parent's *thread* ends, so all are started by one that stays.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lambda-starter")


class TimedOutError(Exception):
    """The function did not answer in time."""


class OutOfMemoryError(Exception):
    """The function used more memory than it was given."""


class ExitedError(Exception):
    """The process ended without an answer; `reason` says how, in AWS's words."""

    def __init__(self, returncode: int) -> None:
        self.reason = _reason(returncode)
        super().__init__(self.reason)


def interpreter() -> Path:
    """The Python that functions run on: environment `lambda` beside LocalStack's own."""
    environments = Path(os.environ.get("LAB_ENVS") or Path(sys.prefix).parent)
    return environments / "lambda" / "bin" / "python"


@dataclass(frozen=True)
class Code:
    """Where a function lies unzipped: its own folder, and its layers'."""

    root: Path
    layers: Sequence[Path] = ()

    @property
    def python_path(self) -> str:
        """The layers' packages; the function's own folder is the working directory and comes first."""
        return os.pathsep.join(str(layer / "python") for layer in self.layers)


class Runtime:
    """A process that is started at once, and used for one invocation at a time until it ends or is ended."""

    def __init__(self, handler: str, code: Code, memory_mb: int, environment: Mapping[str, str]) -> None:
        self._memory_bytes = memory_mb * 1024 * 1024
        self._api = RuntimeApi()
        self._scratch = Path(tempfile.mkdtemp(prefix="lambda-"))
        self._output = self._scratch / "output"
        self._taken = 0
        self.started = time.monotonic()
        self.peak_memory = 0
        self.loaded = False
        self._process = _starter.submit(self._start, handler, code, environment).result()

    def _start(self, handler: str, code: Code, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        own = {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "en_US.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": code.python_path,
            "TMPDIR": str(self._scratch),
            "LAMBDA_TASK_ROOT": str(code.root),
            "AWS_LAMBDA_RUNTIME_API": self._api.address,
        }
        with self._output.open("ab") as output:
            return subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", str(interpreter()), "-m", "awslambdaric", handler],
                cwd=code.root,
                env={**environment, **own},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_ready(self, seconds: float) -> Said:
        """Wait until the function is loaded: READY, or INIT_ERROR with what the process said."""
        said = self._hear(self.started + seconds)
        self.loaded = said.event is Event.READY
        return said

    def invoke(self, invocation: Invocation, seconds: float) -> Said:
        """Run the function: RESPONSE, or ERROR with what it raised.

        Raises TimedOutError, OutOfMemoryError or ExitedError; the runtime is of no use after any of them.
        """
        self._api.invocations.put(invocation)
        deadline = time.monotonic() + seconds
        while True:
            said = self._hear(deadline)
            if said.request_id == invocation.request_id:
                return said

    def _hear(self, deadline: float) -> Said:
        while True:
            try:
                return self._api.said.get(timeout=max(0.0, min(MEMORY_CHECK_SECONDS, deadline - time.monotonic())))
            except Empty:
                self._check(deadline)

    def _check(self, deadline: float) -> None:
        returncode = self._process.poll()
        if returncode is not None and self._api.said.empty():
            raise ExitedError(returncode)
        self.measure()
        if self.peak_memory > self._memory_bytes:
            raise OutOfMemoryError
        if time.monotonic() >= deadline:
            raise TimedOutError

    def measure(self) -> None:
        """Take note of the memory in use."""
        try:
            self.peak_memory = max(self.peak_memory, psutil.Process(self._process.pid).memory_info().rss)
        except psutil.NoSuchProcess:
            return

    def take_output(self) -> str:
        """What the process printed since the last call; nothing once it was ended."""
        if not self._output.exists():
            return ""
        with self._output.open("rb") as output:
            output.seek(self._taken)
            printed = output.read()
        self._taken += len(printed)
        if self._taken > OUTPUT_KEPT_BYTES:
            os.truncate(self._output, 0)
            self._taken = 0
        return printed.decode(errors="replace")

    @property
    def alive(self) -> bool:
        """Whether it can take an invocation."""
        return self._process.poll() is None

    def end(self) -> None:
        """Kill the process and all it started, and leave nothing of it behind."""
        with suppress(ProcessLookupError):  # it and its children may have ended by themselves
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._api.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _reason(returncode: int) -> str:
    if returncode == 0:
        return "Runtime exited without providing a reason"
    if returncode > 0:
        return f"Runtime exited with error: exit status {returncode}"
    description = (signal.strsignal(-returncode) or f"signal {-returncode}").lower()
    return f"Runtime exited with error: signal: {description}"
