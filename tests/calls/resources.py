"""AWS's limits on what a stack has made: names, policies, code. As of 2026-11-29, each with its page."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import boto3

KIB, MIB = 1024, 1024 * 1024

AWS = "https://docs.aws.amazon.com/"
IAM = AWS + "IAM/latest/UserGuide/reference_iam-quotas.html"
LAMBDA = AWS + "lambda/latest/dg/gettingstarted-limits.html"
CLOUDFORMATION = AWS + "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"

NAMES: Mapping[str, tuple[int, str]] = {
    "AWS::CloudWatch::Alarm": (255, AWS + "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"),
    "AWS::EMRServerless::Application": (64, AWS + "emr-serverless/latest/APIReference/API_CreateApplication.html"),
    "AWS::Glue::Database": (255, AWS + "glue/latest/webapi/API_DatabaseInput.html"),
    "AWS::Glue::Job": (255, AWS + "glue/latest/webapi/API_CreateJob.html"),
    "AWS::IAM::Role": (64, IAM),
    "AWS::Kinesis::Stream": (128, AWS + "kinesis/latest/APIReference/API_CreateStream.html"),
    "AWS::Lambda::Function": (64, AWS + "lambda/latest/api/API_CreateFunction.html"),
    "AWS::Logs::LogGroup": (512, AWS + "AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"),
    "AWS::S3::Bucket": (63, AWS + "AmazonS3/latest/userguide/bucketnamingrules.html"),
    "AWS::SQS::Queue": (80, AWS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html"),
    "AWS::SecretsManager::Secret": (512, AWS + "secretsmanager/latest/userguide/reference_limits.html"),
}
"""The longest name of a resource of a type."""


class Size(NamedTuple):
    """How large something is, and how large it may be."""

    what: str
    size: int
    most: int
    page: str


def sizes(session: boto3.Session, stack: str) -> Iterator[Size]:
    """Of everything of the stack that AWS limits."""
    client = session.client("cloudformation")
    resources = client.describe_stack_resources(StackName=stack)["StackResources"]
    yield Size("resources", len(resources), 500, CLOUDFORMATION)
    yield Size("outputs", len(client.describe_stacks(StackName=stack)["Stacks"][0]["Outputs"]), 200, CLOUDFORMATION)
    for resource in resources:
        kind, physical = resource["ResourceType"], resource["PhysicalResourceId"]
        if kind in NAMES:
            most, page = NAMES[kind]
            yield Size(f"name of {resource['LogicalResourceId']}", len(_name(physical)), most, page)
        if kind == "AWS::IAM::Role":
            yield from _of_role(session, physical)
        if kind == "AWS::IAM::ManagedPolicy":
            yield Size(f"policy {physical}", _managed(session, physical), 6144, IAM)
        if kind == "AWS::S3::Bucket":
            policy = session.client("s3").get_bucket_policy(Bucket=physical)["Policy"]
            page = AWS + "AmazonS3/latest/userguide/add-bucket-policy.html"
            yield Size(f"policy of {physical}", len(policy), 20 * KIB, page)
        if kind == "AWS::Lambda::Function":
            yield from _of_function(session, physical)


def _name(physical: str) -> str:
    """A resource's name: its physical id, which for queues is an address and for secrets an ARN."""
    return physical.partition(":secret:")[2] or (physical.rpartition("/")[2] if "://" in physical else physical)


def _of_role(session: boto3.Session, name: str) -> Iterator[Size]:
    """IAM counts the characters of policies without white space, those of the inline ones together."""
    iam = session.client("iam")
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    yield Size(f"trust policy of {name}", _characters(trust), 2048, IAM)
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    yield Size(f"inline policies of {name}", sum(map(_characters, inline)), 10_240, IAM)
    yield Size(
        f"managed policies of {name}", len(iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]), 10, IAM
    )


def _managed(session: boto3.Session, arn: str) -> int:
    iam = session.client("iam")
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return _characters(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _of_function(session: boto3.Session, name: str) -> Iterator[Size]:
    """Variables count together, as JSON."""
    function = session.client("lambda").get_function_configuration(FunctionName=name)
    yield Size(f"zip of {name}", function["CodeSize"], 50 * MIB, LAMBDA)
    yield Size(f"variables of {name}", len(json.dumps(function["Environment"]["Variables"])), 4 * KIB, LAMBDA)


def _characters(policy: Any) -> int:
    return len(policy if isinstance(policy, str) else json.dumps(policy, separators=(",", ":")))
