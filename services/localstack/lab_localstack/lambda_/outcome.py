"""How an invocation ends, with the errors Lambda itself reports when no answer came from the function."""

import json
from dataclasses import dataclass

from lab_localstack.lambda_.report import Failure
from lab_localstack.lambda_.runtime import ExitedError, OutOfMemoryError, Runtime, TimedOutError
from lab_localstack.lambda_.runtime_api import Event, Invocation

INIT_SECONDS = 10
"""What AWS gives a function to load, if its own timeout is not longer."""

PAYLOAD_BYTES = 6 * 1024 * 1024
"""The largest event and the largest answer: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


@dataclass(frozen=True)
class Outcome:
    """The result's bytes as the process wrote them (None when it wrote none), and what failed, if anything."""

    payload: bytes | None
    is_error: bool
    failure: Failure | None = None


def load(runtime: Runtime, timeout: int) -> Outcome | None:
    """Wait for the function to be loaded; None when it is, else how it failed."""
    seconds = max(INIT_SECONDS, timeout)
    try:
        said = runtime.wait_until_ready(seconds)
    except (TimedOutError, OutOfMemoryError, ExitedError) as error:
        return _without_answer(error, seconds)
    if said.event is Event.INIT_ERROR:
        return Outcome(said.body, is_error=True, failure=_reported(said.body))
    return None


def run(runtime: Runtime, invocation: Invocation, timeout: int) -> Outcome:
    """Run the function once. What it raises is an error but no failure: the runtime goes on."""
    try:
        said = runtime.invoke(invocation, timeout)
    except (TimedOutError, OutOfMemoryError, ExitedError) as error:
        return _without_answer(error, timeout)
    if len(said.body) > PAYLOAD_BYTES:
        message = f"Response payload size exceeded maximum allowed payload size ({PAYLOAD_BYTES} bytes)."
        return Outcome(None, is_error=True, failure=Failure("Function.ResponseSizeTooLarge", message))
    return Outcome(said.body, is_error=said.event is Event.ERROR)


def _without_answer(error: TimedOutError | OutOfMemoryError | ExitedError, seconds: float) -> Outcome:
    match error:
        case TimedOutError():
            failure = Failure("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds", timed_out=True)
        case OutOfMemoryError():
            message = "Runtime exited with error: signal: killed"
            failure = Failure("Runtime.ExitError", message, log_type="Runtime.OutOfMemory")
        case ExitedError():
            failure = Failure("Runtime.ExitError", error.reason)
    return Outcome(None, is_error=True, failure=failure)


def _reported(body: bytes) -> Failure:
    error = json.loads(body)
    return Failure(error["errorType"], error["errorMessage"])
