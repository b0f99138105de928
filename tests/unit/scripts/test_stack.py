"""What a profile says reaches the template by its parameters, and both allow the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from scripts import cloudformation, profile, settings, stack
from scripts.errors import LabError
from tests.unit.scripts.aws_profile import load
from tests.unit.scripts.fake_aws import FakeAws, refusal

TEMPLATE: dict[str, Any] = cfn_yaml.load(str(stack.TEMPLATE))

DEPLOYMENTS_OWN = {
    "CodeVersion",
    "SnowflakePrivateKey",
    "SnowflakeIamUserArn",
    "SnowflakeExternalId",
    "MwaaRequirementsKey",
}
"""What only the deployment knows: hashes of what it uploads, and what Snowflake answers."""


def test_every_parameter_of_the_template_is_a_setting_or_the_deployments_own() -> None:
    assert set(stack.PARAMETERS.values()) | DEPLOYMENTS_OWN == set(TEMPLATE["Parameters"])


def test_every_setting_that_is_a_parameter_is_one_of_a_profile() -> None:
    assert set(stack.PARAMETERS) <= settings.NAMES


@pytest.mark.parametrize(
    "setting", ["RUN_INTERVAL_MINUTES", "STREAM_TRIGGER_SECONDS", "STREAM_IDLE_MINUTES", "BATCH_WINDOW_SECONDS"]
)
def test_a_profile_allows_what_the_template_allows(setting: str) -> None:
    parameter = TEMPLATE["Parameters"][stack.PARAMETERS[setting]]
    bounds = settings.Settings.model_json_schema()["properties"][setting]
    assert (bounds["minimum"], bounds["maximum"]) == (parameter["MinValue"], parameter["MaxValue"])


def test_the_local_profile_gives_what_its_stack_needs() -> None:
    given = stack.parameters(profile.load("local").values)
    assert given["Airflow"] == "mwaa"
    assert (given["RunIntervalMinutes"], given["StreamTriggerSeconds"], given["BatchWindowSeconds"]) == ("0", "1", "1")
    assert given["StreamIdleMinutes"] == "0"
    assert (given["SnowflakeHost"], given["SnowflakePort"]) == ("localhost", "8090")
    assert not {"BudgetUsd", "SnowflakePrivateKey"} & set(given)


def test_an_accounts_profile_gives_the_key_without_its_passphrase(tmp_path: Path) -> None:
    key = rsa.generate_private_key(65_537, 2048)
    file = tmp_path / "key.p8"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")))
    wanted = load(tmp_path, SNOWFLAKE_PRIVATE_KEY_FILE=str(file))
    given = stack.parameters(profile.environment(wanted, {"SNOWFLAKE_PRIVATE_KEY_FILE_PWD": "open sesame"}))
    assert given["SnowflakePrivateKey"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert (given["BudgetUsd"], given["BudgetEmail"], given["RunIntervalMinutes"]) == ("1500", "me@example.com", "15")
    assert "open sesame" not in "".join(given.values())


def test_the_buckets_are_those_of_the_template() -> None:
    made = [
        each["Properties"]["BucketName"] for each in TEMPLATE["Resources"].values() if each["Type"].endswith("Bucket")
    ]
    named = [str(each["Fn::Sub"]).replace("${ProjectName}", "lab").replace("${AWS::AccountId}", "1") for each in made]
    assert sorted(named) == sorted(stack.buckets("lab", "1"))


def test_a_stack_that_is_being_deleted_is_made_anew_in_both_steps_though_it_still_has_outputs(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloudformation, "FIRST_POLL_SECONDS", 0)
    bucket = {"OutputKey": "CodeBucket", "OutputValue": "media-stream-code"}
    leaving = {"Stacks": [{"StackStatus": "DELETE_IN_PROGRESS", "Outputs": [bucket]}]}
    answers = [leaving, leaving]

    def describe(_: Mapping[str, Any]) -> Mapping[str, Any]:
        if answers:
            return answers.pop()
        raise refusal("DescribeStacks", "ValidationError", "Stack with id media-stream does not exist")

    aws.answers("cloudformation:DescribeStacks", describe)
    aws.answers("cloudformation:CreateChangeSet", refusal("CreateChangeSet", "ValidationError", "enough seen"))
    with pytest.raises(LabError, match="enough seen"):
        stack.deploy(boto3.Session(), {"ProjectName": "media-stream"}, lambda _: None)
    call, asked = aws.asked[-1]
    assert (call, asked["ChangeSetType"]) == ("cloudformation:CreateChangeSet", "CREATE")
    assert {"ParameterKey": "CodeVersion", "ParameterValue": ""} in asked["Parameters"], "the code's bucket comes first"
