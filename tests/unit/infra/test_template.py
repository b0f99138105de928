"""The template: valid, private, least privilege, and in step with the handlers and with what reads its outputs."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from media_stream.arrivals import DAG_OF_FOLDER

from scripts import paths, stack

TEMPLATE = paths.ROOT / "infra" / "template.yaml"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return dict(cfn_yaml.load(str(TEMPLATE)))


def of_type(template: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each["Properties"] for key, each in template["Resources"].items() if each["Type"] == name}


def statements(template: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every role and managed policy, with the resource it belongs to."""
    found = []
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in role.get("Policies", []):
            found += [(name, each) for each in policy["PolicyDocument"]["Statement"]]
    for name, policy in of_type(template, "AWS::IAM::ManagedPolicy").items():
        found += [(name, each) for each in policy["PolicyDocument"]["Statement"]]
    return found


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_cfn_lint_finds_nothing() -> None:
    linter = Path(sys.executable).with_name("cfn-lint")

    found = subprocess.run([linter, TEMPLATE], capture_output=True, text=True, check=False)

    assert found.stdout == ""
    assert found.returncode == 0


def test_no_bucket_is_public_or_without_encryption_or_tls(template: dict[str, Any]) -> None:
    buckets = of_type(template, "AWS::S3::Bucket")
    policies = of_type(template, "AWS::S3::BucketPolicy").values()
    tls_only = {each["Bucket"]["Ref"] for each in policies if "aws:SecureTransport" in str(each["PolicyDocument"])}

    assert tls_only == set(buckets)
    for bucket in buckets.values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert "SSEAlgorithm" in str(bucket["BucketEncryption"])


RESOURCELESS = {"cloudwatch:PutMetricData", "s3:GetAccountPublicAccessBlock", "logs:DescribeLogGroups"}
"""Actions that IAM grants on every resource or on none."""


def test_no_role_may_do_everything(template: dict[str, Any]) -> None:
    for name, statement in statements(template):
        actions = as_list(statement["Action"])
        assert all("*" not in action.removesuffix("GenerateDataKey*") for action in actions), name
        if "*" in as_list(statement.get("Resource")):
            assert set(actions) <= RESOURCELESS, name


def test_a_role_is_passed_on_to_the_services_that_need_it_only(template: dict[str, Any]) -> None:
    passing = [statement for _, statement in statements(template) if "iam:PassRole" in as_list(statement["Action"])]

    assert len(passing) == 1
    assert "iam:PassedToService" in str(passing[0]["Condition"])


def test_each_function_finds_its_settings(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Lambda::Function")

    for function in functions.values():
        folder = re.sub(r".*/lambda/(\w+)\.zip", r"\1", function["Code"]["S3Key"]["Fn::Sub"])
        source = (paths.ROOT / "lambda" / folder / "handler.py").read_text()
        needed = set(re.findall(r'os\.environ\["(\w+)"\]', source))
        assert set(function["Environment"]["Variables"]) == needed
        assert function["Handler"] == "handler.handle"
        assert "def handle(" in source


def test_each_function_has_a_log_group_that_forgets(template: dict[str, Any]) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup").values()
    functions = of_type(template, "AWS::Lambda::Function").values()

    logged = {each["LogGroupName"]["Fn::Sub"]: each["RetentionInDays"] for each in groups}
    for function in functions:
        assert logged[f"/aws/lambda/{function['FunctionName']['Fn::Sub']}"] > 0


def test_the_queue_hides_a_message_while_its_batch_gathers_and_the_function_works(template: dict[str, Any]) -> None:
    longest = template["Parameters"]["BatchWindowSeconds"]["MaxValue"]
    timeout = template["Resources"]["TriggerFunction"]["Properties"]["Timeout"]
    hidden = template["Resources"]["TriggerQueue"]["Properties"]["VisibilityTimeout"]

    assert template["Conditions"]["HasShortWindow"] == {"Fn::Equals": [{"Ref": "BatchWindowSeconds"}, 1]}
    assert hidden == {"Fn::If": ["HasShortWindow", 1 + timeout, longest + timeout]}
    for name in ("ArchiveMapping", "TriggerMapping"):
        mapping = template["Resources"][name]["Properties"]
        assert mapping["MaximumBatchingWindowInSeconds"] == {"Ref": "BatchWindowSeconds"}


def test_the_folders_that_notify_are_the_folders_the_trigger_knows(template: dict[str, Any]) -> None:
    lake = template["Resources"]["LakeBucket"]["Properties"]
    rules = [each["Filter"]["S3Key"]["Rules"] for each in lake["NotificationConfiguration"]["QueueConfigurations"]]
    prefixes = {rule["Value"] for each in rules for rule in each if rule["Name"] == "prefix"}

    assert prefixes == set(DAG_OF_FOLDER)


def test_outputs_are_those_the_commands_use(template: dict[str, Any]) -> None:
    made = stack.Outputs.of({name: name for name in template["Outputs"]})

    assert len(fields(made)) == len(template["Outputs"])


def test_a_secret_of_the_profile_is_never_shown(template: dict[str, Any]) -> None:
    secret = {name for name in template["Parameters"] if re.search("Password|Token|PrivateKey", name)}

    assert secret
    assert all(template["Parameters"][name]["NoEcho"] is True for name in secret)
    assert not any(name in str(template["Outputs"]) for name in secret)
