"""The whole template on LocalStack: made in two steps, whole, twice the same, and changed when the code changes."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import boto3
import pytest

from scripts import paths, stack
from scripts.cloudformation import Stack
from scripts.errors import LabError
from tests.integration.conftest import ClientFactory, Lab
from tests.integration.running import RunningService


@pytest.fixture(scope="module")
def session(lab: Lab, localstack: RunningService) -> Iterator[boto3.Session]:
    """A session of the test's LocalStack, as a user's commands have it: by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield boto3.Session()


@pytest.fixture(scope="module")
def outputs(lab: Lab, session: boto3.Session) -> stack.Outputs:
    """The stack, deployed."""
    return stack.deploy(session, stack.parameters(lab.environment), lambda _: None)


def test_the_names_of_what_was_made_are_outputs(outputs: stack.Outputs) -> None:
    made = asdict(outputs)

    assert all(made.values())
    assert made["lake_bucket"] == "media-stream-000000000000-lake"
    assert made["code_bucket"] == "media-stream-000000000000-code"
    assert made["stream_name"] == "viewership-stream"
    assert (made["stream_trigger_seconds"], made["stream_idle_minutes"]) == ("1", "0")
    assert made["emr_execution_role_arn"].startswith("arn:aws:iam::000000000000:role/")


def test_a_second_deployment_changes_nothing(
    lab: Lab, session: boto3.Session, aws: ClientFactory, outputs: stack.Outputs
) -> None:
    said: list[str] = []
    before = versions(aws, outputs.code_bucket)

    again = stack.deploy(session, stack.parameters(lab.environment), said.append)

    assert again == outputs == stack.outputs(session, "media-stream")
    assert not any("changes" in each for each in said)
    assert versions(aws, outputs.code_bucket) == before


def versions(aws: ClientFactory, bucket: str) -> set[tuple[str, str]]:
    """Every version of every object in a bucket: another upload is another version."""
    pages = aws("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
    return {(each["Key"], each["VersionId"]) for page in pages for each in page["Versions"]}


def test_the_code_bucket_has_what_mwaa_reads(aws: ClientFactory, outputs: stack.Outputs) -> None:
    keys = {key for key, _ in versions(aws, outputs.code_bucket)}

    assert {"dags/viewership.py", "dags/media_stream/outbox.py", "dags/snowflake/load/publish.sql"} <= keys
    (requirements,) = [key for key in keys if key.startswith("requirements/")]
    assert b"--constraint" in aws("s3").get_object(Bucket=outputs.code_bucket, Key=requirements)["Body"].read()


def test_the_functions_run_what_was_uploaded(aws: ClientFactory, outputs: stack.Outputs) -> None:
    for name in (outputs.archive_function_name, outputs.trigger_function_name):
        configuration = aws("lambda").get_function_configuration(FunctionName=name)
        assert (configuration["State"], configuration["Handler"]) == ("Active", "handler.handle")

    jobs = aws("s3").list_objects_v2(Bucket=outputs.code_bucket, Prefix=f"{outputs.code_version}/jobs")
    assert f"{outputs.code_version}/jobs.zip" in {each["Key"] for each in jobs["Contents"]}


def test_airflow_finds_its_connections_and_variables(lab: Lab, aws: ClientFactory, outputs: stack.Outputs) -> None:
    secrets = aws("secretsmanager")

    def secret(name: str) -> str:
        value: str = secrets.get_secret_value(SecretId=f"airflow/{name}")["SecretString"]
        return value

    assert secret("variables/lake_bucket") == outputs.lake_bucket
    assert secret("variables/code_location") == f"s3://{outputs.code_bucket}/{outputs.code_version}"
    assert secret("variables/emr_application_id") == outputs.emr_application_id
    assert secret("variables/emr_execution_role_arn") == outputs.emr_execution_role_arn
    assert secret("variables/glue_role_arn") == outputs.glue_role_arn
    assert secret("variables/run_interval_minutes") == "0"
    assert secret("variables/stream_name") == outputs.stream_name
    assert json.loads(secret("connections/aws_default"))["extra"] == {"region_name": "us-east-1"}
    snowflake = json.loads(secret("connections/snowflake_default"))
    assert (snowflake["conn_type"], snowflake["login"], snowflake["password"]) == ("snowflake", "lab", "lab")
    assert snowflake["extra"]["host"] == "localhost"
    assert snowflake["extra"]["port"] == int(lab.environment["SNOWFLAKE_PORT"])


def test_changed_code_reaches_every_place_that_names_it(
    lab: Lab, session: boto3.Session, aws: ClientFactory, outputs: stack.Outputs, tmp_path: Path
) -> None:
    for folder in ("dags", "jobs", "lambda"):
        shutil.copytree(paths.ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for source in tmp_path.rglob("*.py"):
        source.write_text(source.read_text() + "\n# changed\n")

    changed = stack.deploy(session, stack.parameters(lab.environment), lambda _: None, root=tmp_path)

    location = f"s3://{changed.code_bucket}/{changed.code_version}"
    assert changed.code_version != outputs.code_version
    job = aws("glue").get_job(JobName="clean_viewership")["Job"]
    assert job["Command"]["ScriptLocation"] == f"{location}/jobs/clean_viewership.py"
    secret = aws("secretsmanager").get_secret_value(SecretId="airflow/variables/code_location")
    assert secret["SecretString"] == location


BROKEN = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: "no such name allowed!"}
"""

UNSUPPORTED = """
Resources:
  Cluster:
    Type: AWS::Redshift::EndpointAccess
    Properties: {ClusterIdentifier: c, EndpointName: e, SubnetGroupName: s, VpcSecurityGroupIds: []}
"""


def test_a_resource_that_fails_is_named_with_its_reason(session: boto3.Session) -> None:
    broken = Stack(session, "broken")

    with pytest.raises(LabError, match=r"Stack broken is ROLLBACK_COMPLETE\. Queue \(AWS::SQS::Queue\): ") as error:
        broken.apply(BROKEN, {})

    assert error.value.next_command == "make destroy"
    with pytest.raises(LabError, match="Stack broken is ROLLBACK_COMPLETE"):
        broken.apply(BROKEN, {})


def test_a_resource_that_was_not_truly_made_is_named(session: boto3.Session) -> None:
    with pytest.raises(LabError, match=r"not whole:\n  Cluster \(AWS::Redshift::EndpointAccess\)"):
        Stack(session, "faked").apply(UNSUPPORTED, {})


def test_a_template_that_cannot_be_read_is_refused(session: boto3.Session) -> None:
    with pytest.raises(LabError, match="CloudFormation refuses"):
        Stack(session, "unreadable").apply("Resources: {Queue: {Properties: {}}}", {})


def test_a_stack_that_is_not_there_is_said(session: boto3.Session) -> None:
    with pytest.raises(LabError, match="There is no stack absent") as error:
        stack.outputs(session, "absent")

    assert error.value.next_command == "make e2e"
