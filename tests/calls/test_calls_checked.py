"""Requests that AWS would refuse are found, and those it takes are not."""

from dataclasses import replace
from typing import Any

import pytest

from tests.calls import models
from tests.calls.limits import LIMITS, exceeded
from tests.calls.recorded import Call


def call(name: str, parameters: dict[str, Any], sizes: dict[str, int] | None = None) -> Call:
    service, _, operation = name.partition(".")
    return Call("test", "000000000000", "us-east-1", "Boto3", service, operation, parameters, sizes or {}, ("200",))


PUT = call(
    "kinesis.PutRecords",
    {"StreamName": "viewership-stream", "Records": [{"Data": {"$bytes": 400}, "PartitionKey": "viewer-1"}]},
    {"Records": 500, "Records[].Data": 400, "Records[].PartitionKey": 8, "$body": 300_000},
)


def test_a_valid_request_has_no_problem() -> None:
    assert models.problems(PUT) + exceeded(PUT) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        pytest.param(call("kinesis.PutRecords", {"StreamName": "s"}), "Records is required", id="missing"),
        pytest.param(replace(PUT, sizes={"Records": 501}), "Records is of size 501, at most 500", id="too many"),
        pytest.param(
            replace(PUT, parameters={**PUT.parameters, "StreamName": "a stream"}),
            "StreamName is 'a stream'; valid is what matches",
            id="pattern",
        ),
        pytest.param(replace(PUT, parameters={**PUT.parameters, "Stream": "s"}), "Stream is unknown", id="unknown"),
        pytest.param(
            call(
                "kinesis.GetShardIterator",
                {"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "BEGINNING"},
            ),
            "ShardIteratorType is 'BEGINNING'; valid: AT_SEQUENCE_NUMBER",
            id="enumeration",
        ),
        pytest.param(call("glue.GetTable", {"DatabaseName": "", "Name": "t"}), "at least 1 are valid", id="too short"),
        pytest.param(
            call("glue.GetTables", {"DatabaseName": "d", "MaxResults": 0}),
            "MaxResults is 0, at least 1",
            id="too small",
        ),
        pytest.param(
            call("mwaa.InvokeRestApi", {"Name": "e", "Path": "p", "Method": "GET"}, {"Path": 65}),
            "Path is of size 65, at most 64",
            id="too long",
        ),
    ],
)
def test_what_a_service_model_forbids_is_a_problem(wrong: Call, sentence: str) -> None:
    assert any(sentence in problem for problem in models.problems(wrong)), models.problems(wrong)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: f"{limit.operation} {limit.path}")
def test_a_limit_is_met_and_not_passed(limit: Any) -> None:
    name = limit.operation.replace("*", "PutObject")
    assert exceeded(call(name, {}, {limit.path: int(limit.most)})) == []
    (sentence,) = exceeded(call(name, {}, {limit.path: int(limit.most) + 1}))
    assert limit.page in sentence


@pytest.mark.parametrize(
    "limit", [limit for limit in LIMITS if "*" not in limit.operation], ids=lambda each: f"{each.operation} {each.path}"
)
def test_no_limit_is_in_its_service_model_already(limit: Any) -> None:
    service, _, operation = limit.operation.partition(".")
    most = models.most(service, operation, limit.path)
    assert most is None or most > limit.most
