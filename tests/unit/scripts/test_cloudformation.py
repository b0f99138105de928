"""What CloudFormation is asked for when a stack is deployed and deleted, and what is waited for."""

from pathlib import Path

import boto3
import pytest

from scripts.cloudformation import Stack
from scripts.errors import LabError
from tests.unit.scripts.fake_aws import FakeAws, refusal


def stack(name: str = "media-stream") -> Stack:
    return Stack(boto3.Session(), name)


def test_a_stack_is_prepared_with_its_tags_so_that_all_it_makes_is_found_again(aws: FakeAws) -> None:
    aws.answers("cloudformation:DescribeStacks", refusal("DescribeStacks", "ValidationError", "does not exist"))
    aws.answers("cloudformation:CreateChangeSet", {"Id": "change-set"})
    aws.answers(
        "cloudformation:DescribeChangeSet",
        {"Status": "FAILED", "StatusReason": "The submitted information didn't contain changes."},
    )
    aws.answers("cloudformation:DeleteChangeSet", {})
    aws.answers("cloudformation:DescribeStackResources", {"StackResources": []})

    Stack(boto3.Session(), "media-stream", tags={"Project": "media-stream"}).apply("Resources: {}", {})

    (asked,) = [parameters for call, parameters in aws.asked if call == "cloudformation:CreateChangeSet"]
    assert asked["Tags"] == [{"Key": "Project", "Value": "media-stream"}]


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
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [{"StackStatus": status}]})
    aws.answers("cloudformation:DescribeStackEvents", {"StackEvents": []})
    with pytest.raises(LabError, match=f"is {status}") as caught:
        stack().apply("Resources: {}", {})
    assert caught.value.next_command == command
