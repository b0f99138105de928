"""The simulator and the table: what is allowed is told from what is not, and nothing passes unknown."""

from dataclasses import replace
from typing import Any

import pytest

from tests.calls.recorded import Call
from tests.iam import operations
from tests.iam.policies import Policies
from tests.iam.request import Need, Request
from tests.iam.simulator import decide

ROLE = "reader"
BUCKET = "arn:aws:s3:::lake"


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


POLICIES = Policies(
    "000000000000",
    {ROLE: (allow(["s3:GetObject", "s3:ListBucket"], [BUCKET, f"{BUCKET}/landing/*"]), allow("kms:Gen*", "*"))},
    {
        BUCKET: {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"{BUCKET}/landing/secret/*"},
            ],
        },
        "arn:aws:sqs:us-east-1:000000000000:q": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "s3.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": "arn:aws:sqs:us-east-1:000000000000:q",
                    "Condition": {"ArnEquals": {"aws:SourceArn": BUCKET}},
                }
            ],
        },
    },
)


@pytest.mark.parametrize(
    ("principal", "need", "verdict"),
    [
        pytest.param(ROLE, Need("s3:GetObject", f"{BUCKET}/landing/a.csv"), "Allowed", id="allowed"),
        pytest.param(ROLE, Need("s3:GetObject", f"{BUCKET}/raw/a"), "ImplicitlyDenied", id="another folder"),
        pytest.param(ROLE, Need("s3:PutObject", f"{BUCKET}/landing/a"), "ImplicitlyDenied", id="another action"),
        pytest.param(
            ROLE, Need("s3:GetObject", f"{BUCKET}/landing/secret/a"), "ExplicitlyDenied", id="the bucket refuses"
        ),
        pytest.param("nobody", Need("s3:GetObject", f"{BUCKET}/landing/a.csv"), "ImplicitlyDenied", id="another role"),
        pytest.param(
            "s3.amazonaws.com",
            Need("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:q", {"aws:SourceArn": BUCKET}),
            "Allowed",
            id="a service, by the queue's policy",
        ),
        pytest.param(
            "s3.amazonaws.com",
            Need("sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:q", {"aws:SourceArn": "arn:aws:s3:::other"}),
            "ImplicitlyDenied",
            id="a service for somebody else",
        ),
    ],
)
def test_a_request_is_decided_as_iam_does(principal: str, need: Need, verdict: str) -> None:
    assert decide([Request(principal, need, "test")], POLICIES) == [verdict]


@pytest.mark.parametrize(
    "need",
    [
        pytest.param(Need("s3:ReadObject", f"{BUCKET}/a"), id="no such action"),
        pytest.param(Need("s3:GetObject", "arn:aws:sqs:us-east-1:000000000000:q"), id="no resource of the action"),
    ],
)
def test_a_request_that_iam_cannot_get_is_refused(need: Need) -> None:
    (verdict,) = decide([Request(ROLE, need, "test")], POLICIES)
    assert verdict.startswith("refused: ")


def test_a_policy_that_lost_an_action_no_longer_allows_it() -> None:
    request = Request(ROLE, Need("s3:GetObject", f"{BUCKET}/landing/a.csv"), "test")
    assert decide([request], POLICIES.without(ROLE, "s3:GetObject")) == ["ImplicitlyDenied"]


CALL = Call(
    principal=f"arn:aws:iam::000000000000:role/{ROLE}",
    account="000000000000",
    region="us-east-1",
    agent="Boto3",
    service="s3",
    operation="HeadObject",
    parameters={"Bucket": "lake", "Key": "landing/a.csv"},
    sizes={},
    answers=("200",),
)


def test_a_missing_object_is_told_to_those_alone_who_may_list() -> None:
    (seen,), missed = operations.needs(CALL), operations.needs(replace(CALL, answers=("404 NoSuchKey",)))
    assert seen == Need("s3:GetObject", f"{BUCKET}/landing/a.csv")
    assert missed == [seen, Need("s3:ListBucket", BUCKET)]


def test_an_operation_that_nobody_looked_up_is_an_error() -> None:
    with pytest.raises(operations.UnknownOperationError, match=r"s3\.RestoreObject by .*reader is not in"):
        operations.needs(replace(CALL, operation="RestoreObject"))


def test_a_key_may_stand_for_a_role() -> None:
    (request,) = operations.requests([replace(CALL, principal="snowflake")], {"snowflake": ROLE})
    assert request.principal == ROLE


def test_what_a_user_does_asks_no_role() -> None:
    assert operations.requests([replace(CALL, principal="test")], {}) == []
