"""What the checkers find in the template, and what is accepted of it."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import parliament  # type: ignore[import-untyped]

from tests.infra.account import ACCOUNT, TEMPLATE, Template

ACCEPTED = Path(__file__).with_name("accepted.toml")

RESOURCE_POLICIES = (
    "AWS::IAM::ManagedPolicy",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
)


class Finding(NamedTuple):
    """A checker's name for what it found, and of what it found it."""

    name: str
    of: str


def accepted(checker: str) -> list[Finding]:
    """The checker's findings that are accepted."""
    entries = tomllib.loads(ACCEPTED.read_text())[checker]
    return [Finding(entry["finding"], of) for entry in entries for of in entry["of"]]


def by_checkov() -> set[Finding]:
    """What checkov finds, by its check and the resource; it asks nobody on the network."""
    checkov = str(Path(sys.executable).with_name("checkov"))
    command = [checkov, "--file", str(TEMPLATE), "--framework", "cloudformation"]
    options = ["--skip-download", "--compact", "--quiet", "--output", "json"]
    ran = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    report = json.loads(ran.stdout)
    assert report["summary"]["parsing_errors"] == 0
    failed = report["results"]["failed_checks"]
    return {Finding(each["check_id"], each["resource"].partition(".")[2]) for each in failed}


def by_parliament() -> set[Finding]:
    """What parliament finds, by its issue and the policy; the policies are those of a deployment."""
    return {
        Finding(found.issue, name)
        for name, document in policies(Template())
        for found in parliament.analyze_policy_string(json.dumps(document), include_community_auditors=True).findings
    }


def policies(template: Template) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every policy: of roles, whom they trust, of buckets, queues and topics."""
    for name, role in template.of_type("AWS::IAM::Role").items():
        yield f"{name} trust", with_resource(role["AssumeRolePolicyDocument"], f"arn:aws:iam::{ACCOUNT}:role/{name}")
        for policy in role.get("Policies", []):
            yield f"{name} {policy['PolicyName']}", policy["PolicyDocument"]
    for kind in RESOURCE_POLICIES:
        for name, properties in template.of_type(kind).items():
            yield name, properties["PolicyDocument"]


def with_resource(trust: dict[str, Any], role: str) -> dict[str, Any]:
    """A trust policy as a policy like others: parliament knows none without resources, and the role is meant."""
    return {**trust, "Statement": [{**each, "Resource": role} for each in trust["Statement"]]}


CHECKERS = {"checkov": by_checkov, "parliament": by_parliament}
