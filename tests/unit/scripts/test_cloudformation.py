"""What CloudFormation is asked for when a stack is deployed."""

import boto3

from scripts.cloudformation import Stack
from tests.unit.scripts.fake_aws import FakeAws, refusal


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
