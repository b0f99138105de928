"""A function's process, as the executor uses it: what it answers, and how it ends when it does not."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from lab_localstack.lambda_.outcome import Outcome, load, run
from lab_localstack.lambda_.runtime import Code, Runtime
from lab_localstack.lambda_.runtime_api import Invocation

HANDLER = """
import os, subprocess, sys, time
{top}

def handle(event, context):
    match event.get("do"):
        case "raise": raise ValueError("no such thing")
        case "hang": subprocess.Popen(["sleep", "600"]); print("hanging"); time.sleep(600)
        case "exit": os._exit(event["status"])
        case "leave": sys.exit(0)
        case "segfault": os.kill(os.getpid(), 11)
        case "eat": block = bytearray(event["megabytes"] << 20); time.sleep(30)
    return {{"pid": os.getpid(), "event": event, "request": context.aws_request_id, "arn": context.invoked_function_arn,
            "left": context.get_remaining_time_in_millis(), "memory": context.memory_limit_in_mb}}
"""

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "probe",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/probe",
    "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
}

Start = Callable[..., Runtime]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a runtime of the probing handler; `top` is what its module does when it is loaded."""
    started: list[Runtime] = []

    def begin(top: str = "", handler: str = "handler.handle", layers: tuple[Path, ...] = ()) -> Runtime:
        (tmp_path / "handler.py").write_text(HANDLER.format(top=top))
        started.append(Runtime(handler, Code(tmp_path, layers), 128, ENVIRONMENT))
        return started[-1]

    yield begin
    for each in started:
        each.end()


def invoke(runtime: Runtime, event: dict[str, Any], timeout: int = 10, request_id: str = "r-1") -> Outcome:
    deadline = int((time.time() + timeout) * 1000)
    return run(runtime, Invocation(request_id, "arn:probe", deadline, "Root=1", json.dumps(event).encode()), timeout)


def answer(outcome: Outcome) -> dict[str, Any]:
    assert outcome.payload is not None
    document: dict[str, Any] = json.loads(outcome.payload)
    return document


def test_a_function_gets_its_event_and_context(start: Start) -> None:
    runtime = start()
    assert load(runtime, 10) is None

    outcome = invoke(runtime, {"a": [1, "é"]})

    found = answer(outcome)
    assert not outcome.is_error
    assert found["event"] == {"a": [1, "é"]}
    assert (found["request"], found["arn"], found["memory"]) == ("r-1", "arn:probe", "128")
    assert 0 < found["left"] <= 10_000


def test_a_process_serves_one_invocation_after_another(start: Start) -> None:
    runtime = start()
    load(runtime, 10)

    pids = {answer(invoke(runtime, {}, request_id=f"r-{each}"))["pid"] for each in range(20)}

    assert len(pids) == 1


def test_what_a_function_raises_is_its_result_and_the_process_goes_on(start: Start) -> None:
    runtime = start()
    load(runtime, 10)

    raised = invoke(runtime, {"do": "raise"})

    assert raised.is_error
    assert raised.failure is None
    assert (answer(raised)["errorType"], answer(raised)["errorMessage"]) == ("ValueError", "no such thing")
    assert not invoke(runtime, {}, request_id="r-2").is_error


FAILURES = [
    pytest.param({"do": "hang"}, "Sandbox.Timedout", "Task timed out after 1.00 seconds", "", id="timeout"),
    pytest.param(
        {"do": "exit", "status": 3}, "Runtime.ExitError", "Runtime exited with error: exit status 3", "", id="exit"
    ),
    pytest.param(
        {"do": "leave"}, "Runtime.ExitError", "Runtime exited without providing a reason", "", id="sys.exit(0)"
    ),
    pytest.param(
        {"do": "segfault"},
        "Runtime.ExitError",
        "Runtime exited with error: signal: segmentation fault",
        "",
        id="signal",
    ),
    pytest.param(
        {"do": "eat", "megabytes": 200},
        "Runtime.ExitError",
        "Runtime exited with error: signal: killed",
        "Runtime.OutOfMemory",
        id="out of memory",
    ),
]


@pytest.mark.parametrize(("event", "error", "message", "logged"), FAILURES)
def test_an_invocation_without_an_answer_fails_as_aws_names_it(
    start: Start, event: dict[str, Any], error: str, message: str, logged: str
) -> None:
    runtime = start()
    load(runtime, 10)

    outcome = invoke(runtime, event, timeout=1)

    assert outcome.failure is not None
    assert (outcome.failure.type, outcome.failure.message, outcome.failure.log_type) == (error, message, logged)
    assert json.loads(outcome.failure.payload("r-1")) == {
        "errorType": error,
        "errorMessage": f"RequestId: r-1 Error: {message}",
    }


LOADING = [
    pytest.param({"top": "import nothing_of_that_name"}, "Runtime.ImportModuleError", id="import"),
    pytest.param({"handler": "handler.absent"}, "Runtime.HandlerNotFound", id="no such handler"),
    pytest.param({"top": "os._exit(9)"}, "Runtime.ExitError", id="exits"),
]


@pytest.mark.parametrize(("wrong", "error"), LOADING)
def test_a_function_that_cannot_be_loaded_says_why(start: Start, wrong: dict[str, str], error: str) -> None:
    outcome = load(start(**wrong), 10)

    assert outcome is not None
    assert outcome.failure is not None
    assert outcome.failure.type == error


def test_ending_a_runtime_ends_what_the_function_started(start: Start) -> None:
    runtime = start()
    load(runtime, 10)
    invoke(runtime, {"do": "hang"}, timeout=1)
    (child,) = [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == ["sleep", "600"]]

    runtime.end()

    assert wait_until_gone(child.pid)
    assert not runtime.alive


def test_output_is_taken_once(start: Start) -> None:
    runtime = start(top='print("loaded", file=sys.stderr)')
    load(runtime, 10)
    invoke(runtime, {"do": "raise"})

    assert "loaded" in runtime.take_output()
    assert runtime.take_output() == ""


def test_a_layer_is_importable(start: Start, tmp_path: Path) -> None:
    layer = tmp_path / "layer"
    (layer / "python").mkdir(parents=True)
    (layer / "python" / "of_the_layer.py").write_text("")

    assert load(start(top="import of_the_layer", layers=(layer,)), 10) is None


def test_a_function_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    """kill -9 of LocalStack leaves no function behind, even one that is in the middle of an invocation."""
    (tmp_path / "handler.py").write_text(HANDLER.format(top=""))
    script = (
        "import sys, time; from pathlib import Path; from lab_localstack.lambda_.runtime import Code, Runtime;"
        f"r = Runtime('handler.handle', Code(Path({str(tmp_path)!r})), 128, {ENVIRONMENT!r});"
        "r.wait_until_ready(20); print(r._process.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        function = int(parent.stdout.readline())

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    assert wait_until_gone(function)


def wait_until_gone(pid: int, seconds: float = 5) -> bool:
    try:
        process = psutil.Process(pid)
        deadline = time.monotonic() + seconds
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.02)
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
