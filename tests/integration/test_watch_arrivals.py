"""Where Airflow watches the queue itself: from an object in a bucket to a run, and nothing lost on the way."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from media_stream import queue
from media_stream.coverage import Airflow

from tests.fake_airflow import AirflowServer, FakeAirflow
from tests.integration.conftest import ClientFactory, Lab

HIDDEN_SECONDS = 1
ATTEMPTS = 2
ARRIVES_WITHIN = 30.0


@dataclass
class Watched:
    """A bucket whose objects are announced in a queue, and that queue's dead letters."""

    bucket: str
    queue_url: str
    dead_letters_url: str
    aws: ClientFactory

    def put(self, *keys: str) -> None:
        for key in keys:
            self.aws("s3").put_object(Bucket=self.bucket, Key=key, Body=b"{}")

    def receive(self) -> list[dict[str, Any]]:
        """What the DAG's sensor receives in one request."""
        received = self.aws("sqs").receive_message(QueueUrl=self.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return list(received.get("Messages", []))

    def left(self) -> int:
        """How many messages the queue holds, hidden ones included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.aws("sqs").get_queue_attributes(QueueUrl=self.queue_url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)


@pytest.fixture
def watched(aws: ClientFactory) -> Iterator[Watched]:
    """Made as the template makes them, with less patience."""
    s3, sqs = aws("s3"), aws("sqs")
    dead_letters = sqs.create_queue(QueueName="watched-dlq")["QueueUrl"]
    redrive = f'{{"deadLetterTargetArn": "{arn(sqs, dead_letters)}", "maxReceiveCount": {ATTEMPTS}}}'
    attributes = {"VisibilityTimeout": str(HIDDEN_SECONDS), "RedrivePolicy": redrive}
    url = sqs.create_queue(QueueName="watched", Attributes=attributes)["QueueUrl"]
    s3.create_bucket(Bucket="watched")
    configuration = {"QueueConfigurations": [{"QueueArn": arn(sqs, url), "Events": ["s3:ObjectCreated:*"]}]}
    s3.put_bucket_notification_configuration(Bucket="watched", NotificationConfiguration=configuration)
    yield Watched("watched", url, dead_letters, aws)
    for each in s3.list_objects_v2(Bucket="watched").get("Contents", []):
        s3.delete_object(Bucket="watched", Key=each["Key"])
    s3.delete_bucket(Bucket="watched")
    for each in (url, dead_letters):
        sqs.delete_queue(QueueUrl=each)


def arn(sqs: Any, queue_url: str) -> str:
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    return str(found)


@pytest.fixture
def airflow(lab: Lab) -> Iterator[FakeAirflow]:
    """An Airflow at the profile's address, behind MWAA's REST call."""
    with AirflowServer(FakeAirflow(), urlsplit(lab.environment["AIRFLOW_URL"]).port or 0) as server:
        yield server.airflow


def watch_until(watched: Watched, session: boto3.Session, condition: Any) -> None:
    """Receive and serve, as the DAG does run after run, until the condition holds."""
    mwaa = Airflow(session.client("mwaa"), "media-stream")
    deadline = time.monotonic() + ARRIVES_WITHIN
    while not condition():
        assert time.monotonic() < deadline, f"not true within {ARRIVES_WITHIN} s"
        queue.serve(watched.aws("sqs"), watched.queue_url, mwaa, watched.receive())


@pytest.fixture
def session_beside_mwaa(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """A session that reaches MWAA's REST call without a host of its own."""
    monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    return session


def test_objects_that_arrive_are_covered_by_one_run_and_their_messages_are_gone(
    watched: Watched, airflow: FakeAirflow, session_beside_mwaa: boto3.Session
) -> None:
    watched.put(*(f"ops/batches/query-{number}.json" for number in range(15)))

    watch_until(watched, session_beside_mwaa, lambda: airflow.runs and not watched.left())

    assert [run.dag_id for run in airflow.runs] == ["viewership"]


def test_what_is_no_arrival_ends_among_the_dead_letters(
    watched: Watched, airflow: FakeAirflow, session_beside_mwaa: boto3.Session
) -> None:
    watched.put("exports/nobody-reads-this.parquet", "landing/demographics/a.csv")

    watch_until(watched, session_beside_mwaa, lambda: airflow.runs and not watched.left())

    (dead,) = watched.aws("sqs").receive_message(QueueUrl=watched.dead_letters_url, WaitTimeSeconds=5)["Messages"]
    assert "exports/nobody-reads-this.parquet" in dead["Body"]
    assert [run.dag_id for run in airflow.runs] == ["demographics"]


def test_an_arrival_is_kept_while_airflow_is_down(
    watched: Watched, airflow: FakeAirflow, session_beside_mwaa: boto3.Session
) -> None:
    airflow.broken = True
    watched.put("ops/batches/late.json")
    mwaa = Airflow(session_beside_mwaa.client("mwaa"), "media-stream")
    queue.serve(watched.aws("sqs"), watched.queue_url, mwaa, watched.receive())
    assert watched.left() == 1

    airflow.broken = False

    watch_until(watched, session_beside_mwaa, lambda: airflow.runs and not watched.left())
