"""Which requests make a save necessary."""

from types import SimpleNamespace
from typing import Any

import pytest
from lab_localstack.persistence.changes import Changes


def ask(changes: Changes, service: str, operation: str, answer: Any = None) -> None:
    context: Any = SimpleNamespace(
        service=SimpleNamespace(service_name=service),
        operation=SimpleNamespace(name=operation),
        service_response=answer,
    )
    changes(chain=None, context=context, response=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("service", "operation", "answer", "changed"),
    [
        pytest.param("s3", "PutObject", {}, True, id="a change"),
        pytest.param("s3", "GetObject", {}, False, id="a look"),
        pytest.param("sqs", "ReceiveMessage", {"Messages": [{}]}, True, id="messages taken"),
        pytest.param("sqs", "ReceiveMessage", {}, False, id="an empty queue asked"),
        pytest.param("sqs", "ReceiveMessage", None, False, id="a queue that is not there asked"),
        pytest.param("kinesis", "PutRecords", {}, False, id="records, which have their log"),
        pytest.param("lambda", "Invoke", {}, False, id="a function invoked"),
        pytest.param("cloudformation", "DescribeStacks", {}, True, id="a look at what threads go on with"),
        pytest.param("events", "PutRule", {}, False, id="a service that is not kept"),
    ],
)
def test_a_save_is_due_after(service: str, operation: str, answer: Any, changed: bool) -> None:
    changes = Changes()
    ask(changes, service, operation, answer)

    assert changes.any() is changed
    assert changes.take() == ({service} if changed else set())
    assert not changes.any()


def test_a_watched_service_has_changed_when_it_looks_different() -> None:
    changes, states = Changes(), ["RUNNING"]
    changes.watch("glue", lambda: tuple(states))
    assert not changes.any()

    states[0] = "FAILED"
    assert changes.any()
    assert changes.take() == {"glue"}
    assert not changes.any()
