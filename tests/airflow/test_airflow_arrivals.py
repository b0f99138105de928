"""Where Airflow watches the queue itself: the same runs as trigger_pipeline asks for, and no message lost."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from media_stream import queue
from media_stream.coverage import Airflow

from tests.fake_airflow import FakeAws, Run

HANDLER = Path(__file__).parents[2] / "lambda" / "trigger_pipeline" / "handler.py"
URL = "https://queue/media-stream-trigger"


class FakeQueue:
    """As much of SQS as the messages' end needs."""

    def __init__(self, messages: Sequence[dict[str, str]], refuses: bool = False) -> None:
        self.waiting = {message["ReceiptHandle"]: message["Body"] for message in messages}
        self.refuses = refuses

    def delete_message_batch(self, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        assert QueueUrl == URL
        assert 1 <= len(Entries) <= 10
        if self.refuses:
            return {"Failed": [{"Id": each["Id"], "Code": "InternalError"} for each in Entries]}
        for each in Entries:
            del self.waiting[each["ReceiptHandle"]]
        return {"Successful": [{"Id": each["Id"]} for each in Entries]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAws]:
    """MWAA in front of an Airflow of a few lines."""
    with FakeAws() as server:
        settings = {"AWS_ENDPOINT_URL": server.url, "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
        for name, value in {**settings, "AWS_DEFAULT_REGION": "us-east-1", "MWAA_ENVIRONMENT": "lab"}.items():
            monkeypatch.setenv(name, value)
        yield server


def message(key: str, version: str = "e1") -> dict[str, str]:
    """A message as ReceiveMessage gives it."""
    event = {"eventTime": "2026-11-29T10:00:00.000Z", "s3": {"object": {"key": key, "eTag": version, "sequencer": "0"}}}
    return {
        "MessageId": f"{key}@{version}",
        "ReceiptHandle": f"handle of {key}@{version}",
        "Body": json.dumps({"Records": [event]}),
    }


STRANGE = {"MessageId": "strange", "ReceiptHandle": "handle of strange", "Body": "{}"}
MESSAGES = [
    *(message(f"ops/batches/query-{number}.json") for number in range(5)),
    message("landing/demographics/a+b%C3%A9.csv"),
    STRANGE,
]


def watch(messages: Sequence[dict[str, str]], waiting: FakeQueue) -> None:
    """Serve the messages as the DAG does."""
    queue.serve(waiting, URL, Airflow(mwaa_client(), "lab"), messages)


def mwaa_client() -> Any:
    return boto3.client("mwaa", config=Config(retries={"total_max_attempts": 1}))


def invoke(messages: Sequence[dict[str, str]]) -> list[str]:
    """Serve the messages as the Lambda function does; the ids of those that failed."""
    spec = importlib.util.spec_from_file_location("handler", HANDLER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    records = [{"messageId": each["MessageId"], "body": each["Body"]} for each in messages]
    return [each["itemIdentifier"] for each in module.handle({"Records": records}, None)["batchItemFailures"]]


def asked_for(aws: FakeAws) -> list[tuple[str, str]]:
    return [(run.dag_id, run.run_id) for run in aws.airflow.runs]


def test_the_function_and_the_dag_ask_for_the_same_runs_and_keep_the_same_messages(aws: FakeAws) -> None:
    waiting = FakeQueue(MESSAGES)
    watch(MESSAGES, waiting)
    by_dag = asked_for(aws)
    aws.airflow.runs.clear()

    failed = invoke(MESSAGES)

    assert asked_for(aws) == by_dag
    assert [run.dag_id for run in aws.airflow.runs] == ["viewership", "demographics"]
    assert failed == ["strange"]
    assert list(waiting.waiting) == ["handle of strange"]


def test_a_message_leaves_the_queue_when_a_run_covers_it(aws: FakeAws) -> None:
    aws.airflow.runs.append(Run("viewership", "sweep", "running", task="space_runs", task_state="deferred"))
    waiting = FakeQueue([message("ops/batches/a.json")])

    watch([message("ops/batches/a.json")], waiting)

    assert asked_for(aws) == [("viewership", "sweep")]
    assert waiting.waiting == {}


NOT_NOW = [
    pytest.param({"dags": {"viewership": True}}, id="paused"),
    pytest.param({"dags": {}}, id="not parsed yet"),
    pytest.param({"broken": True}, id="Airflow fails"),
]


@pytest.mark.parametrize("state", NOT_NOW)
def test_what_airflow_cannot_take_now_stays_in_the_queue(aws: FakeAws, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(aws.airflow, name, value)
    waiting = FakeQueue([message("ops/batches/a.json")])

    watch([message("ops/batches/a.json")], waiting)

    assert list(waiting.waiting) == ["handle of ops/batches/a.json@e1"]
    assert aws.airflow.runs == []


def test_a_message_that_sqs_does_not_let_go_fails_the_task_and_makes_no_second_run(aws: FakeAws) -> None:
    batch = [message("ops/batches/a.json")]
    with pytest.raises(queue.StillQueued, match="SQS keeps 1 of 1 messages"):
        watch(batch, FakeQueue(batch, refuses=True))
    aws.airflow.finish(aws.airflow.runs[0])

    watch(batch, FakeQueue(batch))

    assert len(aws.airflow.runs) == 1
