"""Functions on LocalStack as boto3 sees them: processes that are kept warm, kept apart, limited and logged."""

import base64
import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import ClientFactory, Lab

HANDLER = """
import os, time
import boto3

def handle(event, context):
    print("working on", event.get("name"))
    time.sleep(event.get("seconds", 0))
    if event.get("fail"):
        raise ValueError(event["fail"])
    identity = boto3.client("sts").get_caller_identity()
    return {"pid": os.getpid(), "role": identity["Arn"], "endpoint": os.environ["AWS_ENDPOINT_URL"],
            "setting": os.environ["SETTING"], "size": len(event.get("blob", "")),
            "answer": "x" * event.get("answer", 0)}
"""

Invoke = Callable[..., dict[str, Any]]


def bundle(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", source)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def function(aws: ClientFactory) -> Iterator[str]:
    """The name of a function that sleeps, fails and answers as its event says."""
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    role = aws("iam").create_role(RoleName="probe", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    aws("lambda").create_function(
        FunctionName="probe",
        Runtime="python3.13",
        Handler="handler.handle",
        Role=role,
        Code={"ZipFile": bundle(HANDLER)},
        Timeout=10,
        MemorySize=256,
        Environment={"Variables": {"SETTING": "as given"}},
    )
    aws("lambda").get_waiter("function_active_v2").wait(FunctionName="probe")
    yield "probe"
    aws("lambda").delete_function(FunctionName="probe")


@pytest.fixture
def invoke(aws: ClientFactory, function: str) -> Invoke:
    """Call the function; its answer, which must not be an error."""

    def call(**event: Any) -> dict[str, Any]:
        answer = aws("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        body: dict[str, Any] = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body

    return call


def test_a_function_runs_under_its_role_with_its_settings(lab: Lab, invoke: Invoke) -> None:
    answer = invoke()

    assert "assumed-role/probe/" in answer["role"]
    assert answer["setting"] == "as given"
    assert answer["endpoint"].rpartition(":")[2] == lab.environment["AWS_ENDPOINT_URL"].rpartition(":")[2]


def test_a_warm_process_is_used_again(invoke: Invoke) -> None:
    assert len({invoke()["pid"] for _ in range(5)}) == 1


def test_concurrent_invocations_have_processes_of_their_own(invoke: Invoke) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda number: invoke(name=number, seconds=2), range(3)))

    assert len({answer["pid"] for answer in answers}) == 3


def test_reserved_concurrency_is_kept(aws: ClientFactory, function: str, invoke: Invoke) -> None:
    invoke()
    aws("lambda").put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=1)
    try:
        with ThreadPoolExecutor(3) as pool:
            results = list(pool.map(lambda _: outcome_of(aws, function), range(3)))
    finally:
        aws("lambda").delete_function_concurrency(FunctionName=function)

    assert sorted(results) == ["TooManyRequestsException", "TooManyRequestsException", "answered"]


def outcome_of(aws: ClientFactory, function: str) -> str:
    try:
        aws("lambda").invoke(FunctionName=function, Payload=b'{"seconds": 3}')
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "answered"


def test_an_invocation_is_logged_with_its_report(aws: ClientFactory, function: str, invoke: Invoke) -> None:
    answer = aws("lambda").invoke(FunctionName=function, Payload=b'{"name": "the log"}', LogType="Tail")
    request_id = answer["ResponseMetadata"]["RequestId"]

    tail = base64.b64decode(answer["LogResult"]).decode()

    assert (
        f"START RequestId: {request_id} Version: $LATEST\nworking on the log\nEND RequestId: {request_id}\nREPORT"
        in tail
    )
    until(lambda: any(f"REPORT RequestId: {request_id}" in line for line in log_of(aws, function)))


def test_a_cold_start_says_which_interpreter_it_used(aws: ClientFactory, function: str, invoke: Invoke) -> None:
    invoke()

    until(lambda: any(line.startswith("INIT_START Runtime Version: python:3.") for line in log_of(aws, function)))
    assert any("(declared: python3.13)" in line for line in log_of(aws, function))


def test_an_error_is_a_result_with_its_type(aws: ClientFactory, function: str) -> None:
    answer = aws("lambda").invoke(FunctionName=function, Payload=b'{"fail": "on purpose"}')

    assert answer["FunctionError"] == "Unhandled"
    error = json.loads(answer["Payload"].read())
    assert (error["errorType"], error["errorMessage"]) == ("ValueError", "on purpose")


def test_an_event_above_six_megabytes_is_refused(aws: ClientFactory, function: str, invoke: Invoke) -> None:
    assert invoke(blob="x" * 6_000_000)["size"] == 6_000_000

    with pytest.raises(ClientError, match=r"byte payload is too large.*limit 6291456 bytes"):
        aws("lambda").invoke(FunctionName=function, Payload=json.dumps({"blob": "x" * 6_300_000}).encode())


def test_an_answer_above_six_megabytes_is_an_error(aws: ClientFactory, function: str) -> None:
    answer = aws("lambda").invoke(FunctionName=function, Payload=b'{"answer": 6300000}')

    assert json.loads(answer["Payload"].read())["errorType"] == "Function.ResponseSizeTooLarge"


def test_new_code_is_run_at_once(aws: ClientFactory, function: str) -> None:
    changed = bundle("def handle(event, context):\n    return 'changed'\n")
    aws("lambda").update_function_code(FunctionName=function, ZipFile=changed)
    aws("lambda").get_waiter("function_updated_v2").wait(FunctionName=function)

    assert json.loads(aws("lambda").invoke(FunctionName=function)["Payload"].read()) == "changed"


def log_of(aws: ClientFactory, function: str) -> list[str]:
    events = aws("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    return [event["message"] for event in events]


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.1)
