"""The lab's two functions, run by AWS's runtime client as Lambda runs them, against servers that record their calls."""

import base64
import gzip
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lab_localstack.lambda_.outcome import load, run
from lab_localstack.lambda_.runtime import Code, Runtime
from lab_localstack.lambda_.runtime_api import Invocation

from scripts import code
from tests.fake_airflow import FakeAirflow, FakeAws, Run

ROOT = Path(__file__).parents[2]
STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/viewership-stream"
ARRIVED = 1_795_000_000.123


class Function:
    """A loaded function; calling it gives its answer, or the error it reported."""

    def __init__(self, name: str, aws: FakeAws, folder: Path) -> None:
        for path, body in code.function_sources(ROOT, name).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(body)
        self.runtime = Runtime("handler.handle", Code(folder), 512, environment(aws))
        failed = load(self.runtime, 30)
        assert failed is None, self.runtime.take_output()

    def __call__(self, event: dict[str, Any]) -> Any:
        invocation = Invocation("r-1", "arn", int(time.time() + 30) * 1000, "Root=1", json.dumps(event).encode())
        outcome = run(self.runtime, invocation, 30)
        assert outcome.payload is not None, outcome.failure
        return json.loads(outcome.payload)


def environment(aws: FakeAws) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_LAMBDA_FUNCTION_NAME": "probe",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": "group",
        "AWS_LAMBDA_LOG_STREAM_NAME": "stream",
        "LAKE_BUCKET": "lake",
        "MWAA_ENVIRONMENT": "media-stream",
    }


@pytest.fixture(scope="module")
def aws() -> Iterator[FakeAws]:
    with FakeAws() as server:
        yield server


@pytest.fixture
def airflow(aws: FakeAws) -> FakeAirflow:
    """A new Airflow behind the module's server."""
    aws.airflow = FakeAirflow()
    return aws.airflow


@pytest.fixture(scope="module")
def archive(aws: FakeAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    function = Function("archive_records", aws, tmp_path_factory.mktemp("archive_records"))
    yield function
    function.runtime.end()


@pytest.fixture(scope="module")
def trigger(aws: FakeAws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Function]:
    function = Function("trigger_pipeline", aws, tmp_path_factory.mktemp("trigger_pipeline"))
    yield function
    function.runtime.end()


def record(sequence: int, data: bytes, shard: str = "shardId-000000000002", arrived: float = ARRIVED) -> dict[str, Any]:
    return {
        "eventID": f"{shard}:{sequence}",
        "eventSourceARN": STREAM,
        "kinesis": {
            "partitionKey": "user-1",
            "sequenceNumber": str(sequence),
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": arrived,
        },
    }


def s3_message(key: str, version: str = "e1", message_id: str | None = None) -> dict[str, str]:
    event = {"eventTime": "2026-11-23T10:00:00.000Z", "s3": {"object": {"key": key, "eTag": version, "sequencer": "0"}}}
    return {"messageId": message_id or f"{key}@{version}", "body": json.dumps({"Records": [event]})}


def manifests(count: int) -> list[dict[str, str]]:
    return [s3_message(f"ops/batches/query-{each}.json") for each in range(count)]


def test_records_become_one_object_named_by_shard_and_sequence_range(aws: FakeAws, archive: Function) -> None:
    aws.objects.clear()

    answer = archive({"Records": [record(7, b'{"a": 1}'), record(9, b"\xff\x00")]})

    assert answer == {"records": 2, "objects": 1}
    ((key, body),) = aws.objects.items()
    assert key == "lake/raw/viewership-stream/dt=2026-11-18/hr=11/shardId-000000000002-7-9.jsonl.gz"
    first, second = [json.loads(each) for each in gzip.decompress(body).splitlines()]
    assert first == {
        "stream_name": "viewership-stream",
        "shard_id": "shardId-000000000002",
        "partition_key": "user-1",
        "sequence_number": "7",
        "arrived_at": "2026-11-18T11:06:40.123Z",
        "data": base64.b64encode(b'{"a": 1}').decode(),
    }
    assert base64.b64decode(second["data"]) == b"\xff\x00"


def test_a_repeated_batch_is_the_same_object_byte_for_byte(aws: FakeAws, archive: Function) -> None:
    aws.objects.clear()
    batch = {"Records": [record(each, b"x" * each) for each in range(1, 50)]}

    archive(batch)
    once = dict(aws.objects)
    archive(batch)

    assert aws.objects == once


def test_an_empty_answerless_airflow_gets_one_run_for_fifty_manifests(airflow: FakeAirflow, trigger: Function) -> None:
    assert trigger({"Records": manifests(50)}) == {"batchItemFailures": []}

    assert [run.dag_id for run in airflow.runs] == ["viewership"]


def test_a_queued_run_covers_the_batch(airflow: FakeAirflow, trigger: Function) -> None:
    airflow.runs.append(Run("viewership", "scheduled-1", "queued"))

    assert trigger({"Records": manifests(3)}) == {"batchItemFailures": []}

    assert len(airflow.runs) == 1


def test_a_running_run_does_not_cover_the_batch(airflow: FakeAirflow, trigger: Function) -> None:
    airflow.runs.append(Run("viewership", "scheduled-1", "running"))

    trigger({"Records": manifests(3)})

    assert [run.state for run in airflow.runs] == ["running", "queued"]


@pytest.mark.parametrize("state", ["scheduled", "queued", "running", "deferred", "up_for_retry"])
def test_a_run_that_waits_for_its_time_covers_the_batch(airflow: FakeAirflow, trigger: Function, state: str) -> None:
    airflow.runs.append(Run("viewership", "scheduled-1", "running", task="space_runs", task_state=state))

    assert trigger({"Records": manifests(3)}) == {"batchItemFailures": []}

    assert len(airflow.runs) == 1


def test_a_message_delivered_again_starts_no_second_run(airflow: FakeAirflow, trigger: Function) -> None:
    trigger({"Records": manifests(1)})
    airflow.finish(airflow.runs[0])

    assert trigger({"Records": manifests(1)}) == {"batchItemFailures": []}

    assert len(airflow.runs) == 1


def test_a_new_arrival_beside_one_delivered_again_gets_its_run(airflow: FakeAirflow, trigger: Function) -> None:
    trigger({"Records": manifests(1)})
    airflow.finish(airflow.runs[0])

    trigger({"Records": manifests(2)})

    assert len(airflow.runs) == 2


def test_a_new_version_of_an_object_gets_a_run(airflow: FakeAirflow, trigger: Function) -> None:
    for version in ("e1", "e2"):
        trigger({"Records": [s3_message("landing/demographics/demographics.csv", version)]})
        airflow.finish(airflow.runs[-1])

    assert [run.dag_id for run in airflow.runs] == ["demographics", "demographics"]


def test_each_dag_is_served_by_itself(airflow: FakeAirflow, trigger: Function) -> None:
    airflow.dags["viewership"] = True

    answer = trigger({"Records": [*manifests(2), s3_message("landing/demographics/a+b%C3%A9.csv", message_id="d")]})

    failed = [each["itemIdentifier"] for each in answer["batchItemFailures"]]
    assert failed == ["ops/batches/query-0.json@e1", "ops/batches/query-1.json@e1"]
    assert [run.dag_id for run in airflow.runs] == ["demographics"]
    assert airflow.runs[0].run_id.startswith("a-b-")


NOT_NOW = [
    pytest.param({"dags": {"viewership": True}}, id="paused"),
    pytest.param({"dags": {}}, id="not parsed yet"),
    pytest.param({"broken": True}, id="Airflow fails"),
]


@pytest.mark.parametrize("state", NOT_NOW)
def test_what_airflow_cannot_take_now_is_tried_again(
    airflow: FakeAirflow, trigger: Function, state: dict[str, Any]
) -> None:
    for name, value in state.items():
        setattr(airflow, name, value)

    answer = trigger({"Records": manifests(2)})

    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == [
        "ops/batches/query-0.json@e1",
        "ops/batches/query-1.json@e1",
    ]
    assert airflow.runs == []


STRANGE = [
    pytest.param("not json", id="no JSON"),
    pytest.param('"a string"', id="no object"),
    pytest.param("{}", id="no records"),
    pytest.param('{"Records": [{"s3": {}}]}', id="no object in the event"),
    pytest.param('{"Records": [{"s3": {"object": {"key": 7}}}]}', id="a key that is no text"),
    pytest.param(s3_message("exports/x.parquet")["body"], id="a folder no DAG reads"),
]


@pytest.mark.parametrize("body", STRANGE)
def test_a_message_that_is_no_event_of_the_lake_fails_alone(airflow: FakeAirflow, trigger: Function, body: str) -> None:
    answer = trigger({"Records": [{"messageId": "strange", "body": body}, *manifests(1)]})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "strange"}]}
    assert len(airflow.runs) == 1


def test_the_test_event_of_s3_is_done_with(airflow: FakeAirflow, trigger: Function) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "lake"})

    assert trigger({"Records": [{"messageId": "1", "body": body}]}) == {"batchItemFailures": []}

    assert airflow.runs == []
