"""One execution of a submission: fetch its code, run spark-submit, deliver its logs, say how it ended."""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.child import Child
from lab_localstack.jobruns.failure import failure_sentence
from lab_localstack.jobruns.files import CodeFiles, CodeNotFoundError
from lab_localstack.jobruns.logs import LogTarget, ship_all
from lab_localstack.jobruns.submission import Submission

LOG = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.2
_SHIP_EVERY_SECONDS = 1.0
GRACE_SECONDS = 10.0  # a Spark driver needs a few to leave its master in good order

INTERRUPTED = "The local AWS was stopped or killed while the job ran, and the job's driver with it."


class Ending(Enum):
    """How an execution can end."""

    SUCCEEDED = auto()
    FAILED = auto()
    TIMED_OUT = auto()
    STOPPED = auto()


@dataclass(frozen=True)
class Outcome:
    """How an execution ended; a failure with its sentence and, when the driver ran at all, its exit code."""

    ending: Ending
    message: str = ""
    exit_code: int | None = None


@dataclass
class StopRequest:
    """Asks an execution to end: `ask` may be called from any thread, before, during and after it."""

    asked: threading.Event = field(default_factory=threading.Event)
    grace: float = GRACE_SECONDS

    def ask(self, grace: float = GRACE_SECONDS) -> None:
        self.grace = grace
        self.asked.set()


@dataclass(frozen=True)
class Execution:
    """What to run, for whom, as which role, in which folder (made, and removed afterwards), within how many seconds."""

    submission: Submission
    account: Account
    role: str
    directory: Path
    timeout: float | None
    stop: StopRequest
    log_targets: Callable[[Account, Path, Path], Sequence[LogTarget]]  # given whose they are, and stdout and stderr

    def run(self, on_start: Callable[[], None]) -> Outcome:
        """Run to the end; `on_start` is called as soon as the driver's process lives. Failures are an Outcome."""
        self.directory.mkdir(parents=True)
        try:
            return self._run(on_start)
        except CodeNotFoundError as error:
            return Outcome(Ending.FAILED, str(error))
        except Exception as error:  # a run must reach an end that its owner sees, whatever went wrong here
            LOG.exception("A job run failed outside its driver")
            return Outcome(Ending.FAILED, f"The driver could not be run: {error}")
        finally:
            shutil.rmtree(self.directory, ignore_errors=True)

    def _run(self, on_start: Callable[[], None]) -> Outcome:
        account = self.account.under(self.role)  # all of a run is done as its role: code, driver, logs
        command = self.submission.command(CodeFiles(account, self.directory / "code").fetch)
        if self.stop.asked.is_set():
            return Outcome(Ending.STOPPED)
        child = Child(command, self.directory, {**account.environment(), **self.submission.environment})
        targets = list(self.log_targets(account, child.stdout, child.stderr))
        try:
            on_start()
            return self._watch(child, targets)
        finally:
            child.end(grace=0)
            ship_all(targets, final=True)

    def _watch(self, child: Child, targets: list[LogTarget]) -> Outcome:
        deadline = time.monotonic() + self.timeout if self.timeout is not None else None
        ship_due = time.monotonic() + _SHIP_EVERY_SECONDS
        while (code := child.exit_code()) is None:
            if self.stop.asked.wait(_LOOK_EVERY_SECONDS):
                child.end(self.stop.grace)
                return Outcome(Ending.STOPPED)
            now = time.monotonic()
            if deadline is not None and now >= deadline:
                child.end(GRACE_SECONDS)
                return Outcome(Ending.TIMED_OUT)
            if now >= ship_due:
                ship_all(targets)
                ship_due = time.monotonic() + _SHIP_EVERY_SECONDS
        if code == 0:
            return Outcome(Ending.SUCCEEDED, exit_code=0)
        return Outcome(Ending.FAILED, failure_sentence(child.stdout, child.stderr, code), code)
