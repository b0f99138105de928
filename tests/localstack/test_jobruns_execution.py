"""One execution, from its code to its outcome."""

import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lab_localstack.jobruns import execution as execution_module
from lab_localstack.jobruns.account import Account, Keys
from lab_localstack.jobruns.execution import Ending, Execution, Outcome, StopRequest
from lab_localstack.jobruns.files import CodeFiles, CodeNotFoundError
from lab_localstack.jobruns.logs import LogTarget
from lab_localstack.jobruns.submission import Submission

ACCOUNT = Account("000000000000", "us-east-1")
ROLE = "arn:aws:iam::000000000000:role/job"


class Recorder:
    """Keeps what a log target is shown at the end."""

    def __init__(self, file: Path) -> None:
        self.file, self.text = file, ""

    def ship(self, *, final: bool) -> None:
        if final:
            self.text = self.file.read_text()


@pytest.fixture
def execute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs Python as the script of a submission; gives the outcome, what it printed, and whether it was started."""
    monkeypatch.setenv("LAB_SPARK_SUBMIT", sys.executable)
    monkeypatch.setattr(Account, "under", lambda self, role: replace(self, keys=Keys(f"key of {role}", "s", "token")))

    def execute(
        script: str, timeout: float | None = None, stop: StopRequest | None = None
    ) -> tuple[Outcome, str, bool]:
        code = tmp_path / "job.py"
        code.write_text(script)
        monkeypatch.setattr(CodeFiles, "fetch", lambda self, address: code)
        recorders: list[Recorder] = []
        started = threading.Event()

        def targets(account: Account, stdout: Path, stderr: Path) -> list[LogTarget]:
            recorders.append(Recorder(stdout))
            return [*recorders]

        outcome = Execution(
            Submission("s3://code/job.py", environment={"GIVEN": "here"}),
            ACCOUNT,
            ROLE,
            tmp_path / "run",
            timeout,
            stop or StopRequest(),
            targets,
        ).run(started.set)
        assert not (tmp_path / "run").exists()
        return outcome, recorders[0].text if recorders else "", started.is_set()

    return execute


def test_success_has_printed_everything_before_it_is_told(execute: Any) -> None:
    assert execute("import os; print('done', os.environ['GIVEN'])") == (
        Outcome(Ending.SUCCEEDED, exit_code=0),
        "done here\n",
        True,
    )


def test_a_driver_has_the_keys_of_its_role(execute: Any) -> None:
    script = "import os; print(os.environ['AWS_ACCESS_KEY_ID'], os.environ['AWS_SESSION_TOKEN'])"
    assert execute(script)[1] == f"key of {ROLE} token\n"


def test_a_failure_has_its_sentence_and_exit_code(execute: Any) -> None:
    outcome, _, _ = execute("raise SystemExit('out of channels')")

    assert outcome == Outcome(Ending.FAILED, "spark-submit exited with code 1: out of channels", 1)


def test_a_driver_beyond_its_timeout_is_ended(execute: Any) -> None:
    outcome, _, started = execute("import time; time.sleep(600)", timeout=0.5)

    assert (outcome.ending, started) == (Ending.TIMED_OUT, True)


def test_a_stop_ends_the_driver(execute: Any) -> None:
    stop = StopRequest()
    threading.Timer(0.5, stop.ask).start()

    outcome, _, _ = execute("import time; time.sleep(600)", stop=stop)

    assert outcome.ending is Ending.STOPPED


def test_a_stop_asked_before_the_start_starts_nothing(execute: Any) -> None:
    stop = StopRequest()
    stop.ask()

    outcome, _, started = execute("print('never')", stop=stop)

    assert (outcome.ending, started) == (Ending.STOPPED, False)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        pytest.param(CodeNotFoundError("Cannot read s3://x."), "Cannot read s3://x.", id="code missing"),
        pytest.param(OSError("disk full"), "The driver could not be run: disk full", id="anything else"),
    ],
)
def test_what_keeps_a_driver_from_starting_is_a_failure_of_the_run(
    execute: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, message: str
) -> None:
    def fail(*_: Any) -> None:
        raise error

    monkeypatch.setattr(execution_module, "Child", fail)

    assert execute("print()") == (Outcome(Ending.FAILED, message), "", False)
