"""The record of AWS calls: who asked for what, in a file."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import client_factory, free_port
from tests.integration.job_runs import eventually

pytestmark = pytest.mark.processes("what is recorded is the same, however LocalStack is run")

STREAM = "recorded"
ROLE = "arn:aws:iam::000000000000:role/reader"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("calls") / "calls.json"


@pytest.fixture(scope="module")
def client(lab: Any, file: Path) -> Iterator[Any]:
    endpoint = f"http://localhost:{free_port()}"
    clients = client_factory(endpoint)
    settings = {"AWS_ENDPOINT_URL": endpoint, "LAB_VAR": str(file.parent), "LAB_RECORD_CALLS": str(file)}
    with lab.running("localstack/start", clients("kinesis").describe_limits, settings):
        yield clients


def recorded(file: Path, operation: str, principal: str = "test") -> dict[str, Any]:
    """The one kind of call of this operation and principal, once it is in the file."""

    def matching() -> list[dict[str, Any]]:
        calls = json.loads(file.read_text())
        return [call for call in calls if (call["operation"], call["principal"]) == (operation, principal)]

    (call,) = eventually(matching, bool)
    found: dict[str, Any] = call
    return found


def test_a_call_has_its_principal_its_parameters_and_its_answers(client: Any, file: Path) -> None:
    with pytest.raises(ClientError):
        client("s3").head_object(Bucket="nowhere", Key="raw/2026/1")

    call = recorded(file, "HeadObject")

    assert (call["service"], call["account"], call["agent"]) == ("s3", "000000000000", "Boto3")
    assert call["parameters"] == {"Bucket": "nowhere", "Key": "raw/2026/1"}
    assert [answer.split()[0] for answer in call["answers"]] == ["404"]


def test_calls_under_the_keys_of_a_role_are_the_roles(client: Any, file: Path) -> None:
    keys = client("sts").assume_role(RoleArn=ROLE, RoleSessionName="reading")["Credentials"]
    session: Any = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name="eu-central-1"
    )
    session.client("sqs", endpoint_url=client("sqs").meta.endpoint_url).list_queues()

    assert recorded(file, "ListQueues", ROLE)["region"] == "eu-central-1"


def test_records_put_by_the_short_way_are_counted_and_not_kept(client: Any, file: Path) -> None:
    client("kinesis").create_stream(StreamName=STREAM, ShardCount=1)
    client("kinesis").get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1})
    for count in (1, 30):
        records = [{"Data": b"x" * 100, "PartitionKey": f"viewer-{number}"} for number in range(count)]
        client("kinesis").put_records(StreamName=STREAM, Records=records)

    call = eventually(lambda: recorded(file, "PutRecords"), lambda call: call["sizes"]["Records"] == 30)

    assert call["sizes"]["Records[].Data"] == 100
    assert base64.b64encode(b"x" * 100).decode() not in file.read_text()
