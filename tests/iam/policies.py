"""The policies of a stack as they were deployed: references resolved, names as AWS gives them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import boto3

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Policies:
    """The policies of roles by the role's name, and of buckets and queues by the resource's ARN."""

    account: str
    roles: Mapping[str, tuple[Document, ...]]
    resources: Mapping[str, Document]

    def role_arn(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def of_role(self, name: str) -> tuple[Document, ...]:
        """Inline and attached; none for who is no role of the stack."""
        return self.roles.get(name, ())

    def of_resource(self, arn: str) -> Document | None:
        """A queue's own; for an object its bucket's; for a key one that leaves it to the callers'."""
        if arn.startswith("arn:aws:kms:"):
            root = {"AWS": f"arn:aws:iam::{self.account}:root"}
            statement = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
            return {"Version": "2012-10-17", "Statement": [statement]}
        return self.resources.get(arn.partition("/")[0])

    def actions(self, role: str) -> set[str]:
        """Every action that the role's policies allow, as they are written."""
        return {action for statement in self._statements(role) for action in _listed(statement["Action"])}

    def without(self, role: str, action: str) -> "Policies":
        """The same, had nobody written this action into the role's policies."""
        documents = tuple(each for document in self.roles[role] if (each := _without(document, action))["Statement"])
        return Policies(self.account, {**self.roles, role: documents}, self.resources)

    def _statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        for document in self.of_role(role):
            yield from (each for each in _listed(document["Statement"]) if each["Effect"] == "Allow")


def _without(document: Document, action: str) -> Document:
    """The document with what its statements have left; without those that have nothing left."""
    statements = [
        {**statement, "Action": left}
        for statement in _listed(document["Statement"])
        if (left := [each for each in _listed(statement["Action"]) if each != action])
    ]
    return {**document, "Statement": statements}


def covers(written: str, action: str) -> bool:
    """Whether an action as a policy writes it (`kms:GenerateDataKey*`) is or includes this one."""
    return fnmatchcase(action.lower(), written.lower())


def deployed(session: boto3.Session, stack: str) -> tuple[Policies, dict[str, str]]:
    """The policies of a stack, and the names of its roles by their logical ids."""
    found = session.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    of_type: dict[str, dict[str, str]] = {}
    for each in found:
        of_type.setdefault(each["ResourceType"], {})[each["LogicalResourceId"]] = each["PhysicalResourceId"]
    roles = of_type["AWS::IAM::Role"]
    account = session.client("sts").get_caller_identity()["Account"]
    resources = {
        **_bucket_policies(session, of_type["AWS::S3::Bucket"].values()),
        **_queue_policies(session, of_type["AWS::SQS::Queue"].values()),
    }
    return Policies(account, {name: tuple(_of_role(session, name)) for name in roles.values()}, resources), roles


def _of_role(session: boto3.Session, name: str) -> Iterator[Document]:
    iam = session.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        yield _document(iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        yield _document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _bucket_policies(session: boto3.Session, names: Any) -> dict[str, Document]:
    s3 = session.client("s3")
    return {f"arn:aws:s3:::{name}": _document(s3.get_bucket_policy(Bucket=name)["Policy"]) for name in names}


def _queue_policies(session: boto3.Session, urls: Any) -> dict[str, Document]:
    sqs = session.client("sqs")
    found = {}
    for url in urls:
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy", "QueueArn"])["Attributes"]
        if "Policy" in attributes:
            found[attributes["QueueArn"]] = _document(attributes["Policy"])
    return found


def _document(policy: Any) -> Document:
    document: Document = json.loads(policy) if isinstance(policy, str) else policy
    return document


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
