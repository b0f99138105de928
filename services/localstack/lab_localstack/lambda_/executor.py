"""LocalStack's runtime executor, as a process for each execution environment: kept warm, replaced when it fails."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from localstack.aws.api.lambda_ import RequestTooLargeException
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import LambdaRuntimeException, RuntimeExecutor

from lab_localstack.lambda_ import report
from lab_localstack.lambda_.outcome import PAYLOAD_BYTES, load, run
from lab_localstack.lambda_.runtime import Code, Runtime, interpreter
from lab_localstack.lambda_.runtime_api import Invocation

LOOPBACK = "127.0.0.1"


class ProcessRuntimeExecutor(RuntimeExecutor):
    """An execution environment: LocalStack starts it, gives it one invocation at a time, and stops it when idle."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id, function_version)
        self._environment: dict[str, str] = {}
        self._runtime: Runtime | None = None
        self._stopped = False

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unzip the code. What cannot run here is refused now, so that the function's state says why."""
        config = function_version.config
        if not (config.runtime or "").startswith("python"):
            raise LambdaRuntimeException(f"runtime {config.runtime!r} does not run locally; valid: python3.x")
        if shutil.which("setpriv") is None:
            raise LambdaRuntimeException(
                "`setpriv` is missing, which ends functions with LocalStack: apt install util-linux"
            )
        if not interpreter().exists():
            raise LambdaRuntimeException(f"{interpreter()} is missing, on which functions run: make up")
        config.code.prepare_for_execution()
        for layer in config.layers:
            layer.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Nothing is kept for a version but its unzipped code, which LocalStack removes."""

    def start(self, env_vars: dict[str, Any]) -> None:
        """Start the process; it loads the function while LocalStack prepares the invocation."""
        declared = self.function_version.config.runtime
        own = {
            # boto3 puts `env.` and the like before the hosts of some services; there are no such names locally.
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{declared}",
        }
        self._environment = {name: str(value) for name, value in {**env_vars, **own}.items()}
        self._runtime = self._new_runtime()

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._stopped = True
        self._discard()

    def get_address(self) -> str:
        return LOOPBACK

    def get_endpoint_from_executor(self) -> str:
        return LOOPBACK

    def get_runtime_endpoint(self) -> str:
        return ""  # only LocalStack's own init process calls back; a runtime process has its own Runtime API

    def get_logs(self) -> str:
        return self._runtime.take_output() if self._runtime else ""

    def invoke(self, payload: Mapping[str, str]) -> InvocationResult:
        """Run the function once. Failures of any kind are results, as they are on AWS."""
        if self._stopped:
            raise LambdaRuntimeException("the execution environment has been stopped")
        _refuse_too_large(payload["payload"])
        config = self.function_version.config
        runtime = self._runtime = self._runtime or self._new_runtime()
        cold = not runtime.loaded
        failed = load(runtime, config.timeout) if cold else None
        init_seconds = time.monotonic() - runtime.started if cold else None
        begun = time.monotonic()
        outcome = failed or run(runtime, _invocation(payload, config.timeout), config.timeout)
        runtime.measure()
        invoked = report.Invoked(
            request_id=payload["invoke-id"],
            version=self.function_version.id.qualifier,
            output=runtime.take_output(),
            seconds=time.monotonic() - begun,
            memory_mb=config.memory_size,
            peak_memory_bytes=runtime.peak_memory,
            init_seconds=init_seconds,
            failure=outcome.failure,
        )
        if outcome.failure or not runtime.alive:
            self._discard()
        result = outcome.payload or (outcome.failure.payload(invoked.request_id) if outcome.failure else b"")
        logs = (_init_line(config.runtime) if cold else "") + report.lines(invoked)
        return InvocationResult(invoked.request_id, result, outcome.is_error, logs)

    def _new_runtime(self) -> Runtime:
        config = self.function_version.config
        layers = [layer.code.get_unzipped_code_location() for layer in config.layers]
        code = Code(config.code.get_unzipped_code_location(), layers)
        return Runtime(config.handler, code, config.memory_size, self._environment)

    def _discard(self) -> None:
        runtime, self._runtime = self._runtime, None
        if runtime:
            runtime.end()


def _refuse_too_large(payload: str) -> None:
    size = len(payload.encode())
    if size > PAYLOAD_BYTES:
        raise RequestTooLargeException(
            f"{size} byte payload is too large for the RequestResponse invocation type (limit {PAYLOAD_BYTES} bytes)",
            Type="User",
        )


def _invocation(payload: Mapping[str, str], timeout: int) -> Invocation:
    return Invocation(
        request_id=payload["invoke-id"],
        function_arn=payload["invoked-function-arn"],
        deadline_ms=int((time.time() + timeout) * 1000),
        trace_id=payload["trace-id"],
        payload=payload["payload"].encode(),
    )


def _init_line(declared: str) -> str:
    """The first line of a cold start's log: which interpreter runs what was declared."""
    return f"INIT_START Runtime Version: python:{_local_version()} (declared: {declared})\n"


@cache
def _local_version() -> str:
    script = "import platform; print(platform.python_version())"
    return subprocess.check_output([interpreter(), "-c", script], text=True).strip()
