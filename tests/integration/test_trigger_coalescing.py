"""From an object in the lake to a DAG run, through S3's notification, the queue, the function and MWAA's REST call."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import boto3
import pytest

from scripts import stack
from tests.fake_airflow import AirflowServer, FakeAirflow
from tests.integration.conftest import ClientFactory, Lab
from tests.integration.running import RunningService

ARRIVES_WITHIN = 60.0


@pytest.fixture(scope="module")
def outputs(lab: Lab, localstack: RunningService) -> Iterator[stack.Outputs]:
    """The lab's stack, deployed by the environment as a user's commands deploy it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield stack.deploy(boto3.Session(), stack.parameters(lab.environment), lambda _: None)


@pytest.fixture
def airflow(lab: Lab, outputs: stack.Outputs, aws: ClientFactory) -> Iterator[FakeAirflow]:
    """An Airflow at the profile's address that starts runs as a scheduler would; the trigger's queue is empty."""
    port = urlsplit(lab.environment["AIRFLOW_URL"]).port
    assert port is not None
    with AirflowServer(FakeAirflow(starts_at_once=True), port) as server:
        until(lambda: is_empty(aws, outputs.trigger_queue_url))
        server.airflow.runs.clear()
        yield server.airflow


def until(condition: Callable[[], object], seconds: float = ARRIVES_WITHIN) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        time.sleep(0.1)


def is_empty(aws: ClientFactory, queue: str) -> bool:
    """Whether no message waits or is being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return all(attributes[name] == "0" for name in names)


def write_manifests(aws: ClientFactory, outputs: stack.Outputs, query: str, count: int) -> None:
    s3 = aws("s3")
    for number in range(count):
        s3.put_object(Bucket=outputs.lake_bucket, Key=f"ops/batches/{query}-{number}.json", Body=b"{}")


def test_fifty_manifests_at_once_make_at_most_two_runs(
    aws: ClientFactory, outputs: stack.Outputs, airflow: FakeAirflow
) -> None:
    write_manifests(aws, outputs, "burst", 50)
    until(lambda: airflow.runs and is_empty(aws, outputs.trigger_queue_url))

    assert 1 <= len(airflow.runs_of("viewership")) <= 2
    assert airflow.runs_of("demographics") == []


def test_what_arrives_while_a_run_runs_gets_one_run_after_it(
    aws: ClientFactory, outputs: stack.Outputs, airflow: FakeAirflow
) -> None:
    write_manifests(aws, outputs, "first", 1)
    until(lambda: airflow.runs_of("viewership", "running"))

    write_manifests(aws, outputs, "meanwhile", 20)
    until(lambda: airflow.runs_of("viewership", "queued") and is_empty(aws, outputs.trigger_queue_url))

    assert [run.state for run in airflow.runs_of("viewership")] == ["running", "queued"]


def test_demographics_start_their_own_dag(aws: ClientFactory, outputs: stack.Outputs, airflow: FakeAirflow) -> None:
    aws("s3").put_object(Bucket=outputs.lake_bucket, Key="landing/demographics/demographics.csv", Body=b"user_id\n")

    until(lambda: airflow.runs_of("demographics"))

    assert airflow.runs_of("viewership") == []


def test_other_objects_start_nothing(aws: ClientFactory, outputs: stack.Outputs, airflow: FakeAirflow) -> None:
    for key in ("ops/exports/through-1.json", "landing/demographics/notes.txt", "landing/ad_revenue/a.csv"):
        aws("s3").put_object(Bucket=outputs.lake_bucket, Key=key, Body=b"{}")
    write_manifests(aws, outputs, "after", 1)

    until(lambda: airflow.runs and is_empty(aws, outputs.trigger_queue_url))

    assert [run.run_id.partition("-")[0] for run in airflow.runs] == ["after"]


def test_a_manifest_written_while_airflow_is_down_is_served_later(
    aws: ClientFactory, outputs: stack.Outputs, airflow: FakeAirflow
) -> None:
    airflow.broken = True
    write_manifests(aws, outputs, "late", 1)
    until(lambda: "500" in trigger_log(aws))

    airflow.broken = False

    until(lambda: airflow.runs_of("viewership"), seconds=150)


def trigger_log(aws: ClientFactory) -> str:
    """What the function has logged last."""
    events = aws("logs").filter_log_events(logGroupName="/aws/lambda/media-stream-trigger-pipeline")["events"]
    return "\n".join(event["message"] for event in events[-20:])
