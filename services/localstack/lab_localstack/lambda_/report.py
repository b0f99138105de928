"""What Lambda writes about an invocation: its log lines, and the errors it reports in the function's stead.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
"""

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True)
class Failure:
    """An error that Lambda itself reports: no answer came from the function.

    `log_type` is what the REPORT line calls it, where that differs from the error's type.
    """

    type: str
    message: str
    log_type: str = ""
    timed_out: bool = False

    def payload(self, request_id: str) -> bytes:
        """The invocation's result, as AWS words it."""
        return json.dumps(
            {"errorType": self.type, "errorMessage": f"RequestId: {request_id} Error: {self.message}"}
        ).encode()


@dataclass(frozen=True)
class Invoked:
    """An invocation that has ended; `init_seconds` is None for a warm one."""

    request_id: str
    version: str
    output: str
    seconds: float
    memory_mb: int
    peak_memory_bytes: int
    init_seconds: float | None
    failure: Failure | None


def lines(invoked: Invoked) -> str:
    """The log of one invocation: START, what the function printed, END, REPORT."""
    output = invoked.output
    printed = output if not output or output.endswith("\n") else f"{output}\n"
    return (
        f"START RequestId: {invoked.request_id} Version: {invoked.version}\n{printed}{_timeout(invoked)}"
        f"END RequestId: {invoked.request_id}\n{_report(invoked)}\n"
    )


def _timeout(invoked: Invoked) -> str:
    if not (invoked.failure and invoked.failure.timed_out):
        return ""
    now = datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{now} {invoked.request_id} {invoked.failure.message}\n"


def _report(invoked: Invoked) -> str:
    milliseconds = invoked.seconds * 1000
    parts = [
        f"REPORT RequestId: {invoked.request_id}",
        f"Duration: {milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(milliseconds)} ms",
        f"Memory Size: {invoked.memory_mb} MB",
        f"Max Memory Used: {math.ceil(invoked.peak_memory_bytes / 1024**2)} MB",
    ]
    if invoked.init_seconds is not None:
        parts.append(f"Init Duration: {invoked.init_seconds * 1000:.2f} ms")
    if invoked.failure:
        parts.extend(_status(invoked.failure))
    return "\t".join(parts)


def _status(failure: Failure) -> list[str]:
    if failure.timed_out:
        return ["Status: timeout"]
    return ["Status: error", f"Error Type: {failure.log_type or failure.type}"]
