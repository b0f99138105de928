"""What CloudFormation is asked for when a stack is deployed and deleted, and what is waited for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts import cloudformation
from scripts.cloudformation import Stack
from scripts.errors import LabError
from tests.unit.scripts.fake_aws import FakeAws, refusal

ABSENT = refusal("DescribeStacks", "ValidationError", "Stack with id media-stream does not exist")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudformation, "FIRST_POLL_SECONDS", 0)


def stack() -> Stack:
    return Stack(boto3.Session(), "media-stream", deadline_seconds=10)


def described(aws: FakeAws, *answers: str | Mapping[str, str] | None) -> list[str | Mapping[str, str] | None]:
    """Let the stack be described so, one after the other and at the end always: by a status, more, or as absent.

    Returns what was not asked for yet.
    """
    remaining = list(answers)

    def describe(_: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        if answer is None:
            raise ABSENT
        return {"Stacks": [{"StackStatus": answer} if isinstance(answer, str) else answer]}

    aws.answers("cloudformation:DescribeStacks", describe)
    return remaining


def test_a_stack_is_prepared_with_its_tags_so_that_all_it_makes_is_found_again(aws: FakeAws) -> None:
    described(aws, None)
    asked = unchanged(aws)

    Stack(boto3.Session(), "media-stream", tags={"Project": "media-stream"}).apply("Resources: {}", {})

    assert [each["Tags"] for each in asked] == [[{"Key": "Project", "Value": "media-stream"}]]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """The user's, with an AWS profile media in ~/.aws/config."""
    (tmp_path / "config").write_text("[profile media]\nregion = us-east-1\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    return monkeypatch


ROLLBACK = "aws cloudformation continue-update-rollback --stack-name media-stream --region us-east-1"


@pytest.mark.parametrize(
    ("status", "environment", "command"),
    [
        pytest.param("ROLLBACK_COMPLETE", {}, "make destroy", id="cannot be deployed to"),
        pytest.param("UPDATE_ROLLBACK_FAILED", {}, ROLLBACK, id="region"),
        pytest.param("UPDATE_ROLLBACK_FAILED", {"AWS_PROFILE": "media"}, f"{ROLLBACK} --profile media", id="profile"),
        pytest.param(
            "UPDATE_ROLLBACK_FAILED", {"AWS_ENDPOINT_URL": "http://localhost:4566"}, "make destroy", id="emulator"
        ),
    ],
)
def test_the_way_out_of_a_stack_that_cannot_be_deployed_to_never_acts_in_the_account_of_the_users_shell(
    aws: FakeAws, shell: pytest.MonkeyPatch, status: str, environment: dict[str, str], command: str
) -> None:
    for name, value in environment.items():
        shell.setenv(name, value)
    described(aws, status)
    aws.answers("cloudformation:DescribeStackEvents", {"StackEvents": []})
    with pytest.raises(LabError, match=f"is {status}") as caught:
        stack().apply("Resources: {}", {})
    assert caught.value.next_command == command


@pytest.mark.parametrize(
    "busy", ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS"]
)
def test_a_stack_is_deleted_when_what_is_in_progress_has_ended(aws: FakeAws, busy: str) -> None:
    remaining = described(aws, busy, busy, "UPDATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_IN_PROGRESS", None)

    def delete(_: Mapping[str, Any]) -> Mapping[str, Any]:
        assert remaining[0] == "UPDATE_COMPLETE"
        return {}

    aws.answers("cloudformation:DeleteStack", delete)
    stack().delete()
    assert aws.operations().count("cloudformation:DeleteStack") == 1


def test_a_stack_that_is_being_deleted_is_waited_for_and_not_deleted_again(aws: FakeAws) -> None:
    described(aws, "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", None)
    stack().delete()
    assert aws.changes() == []


def test_a_stack_that_may_not_be_deleted_is_told_with_cloudformations_reason(aws: FakeAws) -> None:
    described(aws, "UPDATE_COMPLETE")
    protected = "Stack [media-stream] cannot be deleted while TerminationProtection is enabled"
    aws.answers("cloudformation:DeleteStack", refusal("DeleteStack", "ValidationError", protected))
    with pytest.raises(LabError, match="TerminationProtection") as caught:
        stack().delete()
    assert caught.value.next_command == "make destroy"


def test_a_stack_that_is_being_deleted_is_made_anew_when_it_is_gone(aws: FakeAws) -> None:
    described(aws, "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", None)
    asked = unchanged(aws)
    stack().apply("Resources: {}", {})
    assert [each["ChangeSetType"] for each in asked] == ["CREATE"]


def unchanged(aws: FakeAws) -> list[Mapping[str, Any]]:
    """Let every change set be one without a change; what they are asked for with."""
    asked: list[Mapping[str, Any]] = []

    def create(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(parameters)
        return {"Id": "change-set"}

    reason = "The submitted information didn't contain changes."
    aws.answers("cloudformation:CreateChangeSet", create)
    aws.answers("cloudformation:DescribeChangeSet", {"Status": "FAILED", "StatusReason": reason})
    aws.answers("cloudformation:DeleteChangeSet", {})
    aws.answers("cloudformation:DescribeStackResources", {"StackResources": []})
    return asked


def outputs_alone_change(aws: FakeAws) -> None:
    """Let the next change set change no resource."""
    aws.answers("cloudformation:CreateChangeSet", {"Id": "new"})
    aws.answers("cloudformation:DescribeChangeSet", {"Status": "CREATE_COMPLETE", "Changes": []})
    aws.answers("cloudformation:ExecuteChangeSet", {})
    aws.answers("cloudformation:DescribeStackResources", {"StackResources": []})


STILL_OLD = {"StackStatus": "UPDATE_COMPLETE", "ChangeSetId": "old"}
DONE = {"StackStatus": "UPDATE_COMPLETE", "ChangeSetId": "new"}


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", DONE), id="seen on its way"),
        pytest.param((STILL_OLD, STILL_OLD, "UPDATE_IN_PROGRESS", DONE), id="described late"),
        pytest.param((DONE,), id="too fast to be seen"),
        pytest.param(("UPDATE_IN_PROGRESS", STILL_OLD), id="the change set's id comes later"),
    ],
)
def test_a_change_of_outputs_alone_is_waited_for_until_it_is_done(
    aws: FakeAws, answers: tuple[str | Mapping[str, str], ...]
) -> None:
    outputs_alone_change(aws)
    remaining = described(aws, STILL_OLD, STILL_OLD, *answers)
    stack().apply("Resources: {}", {})
    assert remaining == [answers[-1]]
    assert aws.operations()[-1] == "cloudformation:DescribeStackResources"


def test_a_new_stack_is_waited_for_though_its_last_status_was_that_of_one_that_is_prepared(aws: FakeAws) -> None:
    outputs_alone_change(aws)
    review = {"StackStatus": "REVIEW_IN_PROGRESS", "ChangeSetId": "new"}
    remaining = described(aws, None, review, review, "CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    stack().apply("Resources: {}", {})
    assert remaining == ["CREATE_COMPLETE"]


def test_a_change_of_outputs_alone_that_fails_is_an_error(aws: FakeAws) -> None:
    outputs_alone_change(aws)
    described(aws, STILL_OLD, STILL_OLD, "UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE")
    aws.answers("cloudformation:DescribeStackEvents", {"StackEvents": []})
    with pytest.raises(LabError, match="Stack media-stream is UPDATE_ROLLBACK_COMPLETE"):
        stack().apply("Resources: {}", {})


def event(name: str, status: str, reason: str = "") -> dict[str, Any]:
    """One of the stack itself (``stack``), or of a queue in it."""
    said = {"ResourceStatusReason": reason} if reason else {}
    kind = {"PhysicalResourceId": "arn:stack" if name == "stack" else name, "ResourceType": "AWS::SQS::Queue"}
    return {"StackId": "arn:stack", "LogicalResourceId": name, "ResourceStatus": status, "Timestamp": 0, **kind, **said}


ROLLING_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
LAST_WEEK = [
    event("stack", "UPDATE_ROLLBACK_COMPLETE"),
    event("old", "UPDATE_FAILED", "of last week"),
    event("stack", "UPDATE_IN_PROGRESS", "User Initiated"),
]


@pytest.mark.parametrize(
    ("began", "failure"),
    [
        pytest.param(("UPDATE_IN_PROGRESS", "User Initiated"), "first .*: no such name", id="an update"),
        pytest.param(("UPDATE_IN_PROGRESS", ""), "first .*: no such name", id="an update in LocalStack"),
        pytest.param((ROLLING_BACK, "User Initiated"), "first .*: no such name", id="a rollback resumed"),
        pytest.param((ROLLING_BACK, "of last week"), "old .*: of last week", id="a rollback of an update"),
    ],
)
def test_the_first_failure_is_that_of_the_last_operation(aws: FakeAws, began: tuple[str, str], failure: str) -> None:
    pages = [
        [event("stack", "UPDATE_ROLLBACK_COMPLETE"), event("second", "UPDATE_FAILED", "follows")],
        [event("third", "UPDATE_FAILED", "Resource update cancelled"), event("first", "UPDATE_FAILED", "no such name")],
        [event("nested", "UPDATE_IN_PROGRESS"), event("stack", *began), *LAST_WEEK],
        [event("ancient", "CREATE_FAILED", "long ago")],
    ]

    def page(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        number = int(parameters.get("NextToken", 0))
        following = {"NextToken": str(number + 1)} if number + 1 < len(pages) else {}
        return {"StackEvents": pages[number], **following}

    described(aws, "ROLLBACK_COMPLETE")
    aws.answers("cloudformation:DescribeStackEvents", page)
    with pytest.raises(LabError, match=rf"ROLLBACK_COMPLETE\. {failure}$"):
        stack().apply("Resources: {}", {})
    assert aws.operations().count("cloudformation:DescribeStackEvents") == 3
