"""What keeps a deployment of the template safe and findable: tags, encryption, ends to everything, no open policy."""

import re
from typing import Any

import pytest
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from tests.infra.account import ACCOUNT, PROJECT, REGION, TEMPLATE, Template

LARGEST_BODY = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: a template in a call."""

TAGGED_BY_MAP = {"AWS::Glue::Job", "AWS::MWAA::Environment"}


@pytest.fixture(scope="module")
def template() -> Template:
    """The template as a whole deployment on AWS has it."""
    return Template()


def tag_property(kind: str) -> str | None:
    """The property that holds the type's tags, as its schema says; None where it takes none."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    tagging = schema.get("tagging", {})
    if not tagging.get("taggable", schema.get("taggable", False)):
        return None
    return str(tagging.get("tagProperty", "/properties/Tags")).removeprefix("/properties/")


def test_whatever_takes_a_tag_says_which_project_it_belongs_to(template: Template) -> None:
    for name, resource in template.resources.items():
        if (member := tag_property(resource["Type"])) is None:
            continue
        by_map = resource["Type"] in TAGGED_BY_MAP
        expected: Any = {"Project": PROJECT} if by_map else [{"Key": "Project", "Value": PROJECT}]
        assert resource["Properties"].get(member) == expected, name


def test_everything_is_made_in_a_whole_deployment_on_aws(template: Template) -> None:
    """So that the tests that read what is made read all of it."""
    assert template.resources.keys() == template.source["Resources"].keys()


def test_the_template_fits_into_a_call() -> None:
    assert len(TEMPLATE.read_bytes()) < LARGEST_BODY


def test_each_bucket_refuses_every_call_without_tls(template: Template) -> None:
    policies = template.of_type("AWS::S3::BucketPolicy").values()
    refused = {each["Bucket"]: each["PolicyDocument"]["Statement"] for each in policies}

    for bucket in template.of_type("AWS::S3::Bucket").values():
        arn = f"arn:aws:s3:::{bucket['BucketName']}"
        [statement] = refused[bucket["BucketName"]]
        assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
        assert statement["Resource"] == [arn, f"{arn}/*"]
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_uploads_that_never_ended_and_old_logs_go_by_themselves(template: Template) -> None:
    rules = {
        name: {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
        for name, bucket in template.of_type("AWS::S3::Bucket").items()
    }

    for each in rules.values():
        assert each["unfinished-uploads"]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] <= 7
    assert rules["LakeBucket"]["job-logs"]["Prefix"] == "logs/"
    assert not any("ExpirationInDays" in rule and "Prefix" not in rule for rule in rules["LakeBucket"].values())


def test_each_log_group_forgets(template: Template) -> None:
    for name, group in template.of_type("AWS::Logs::LogGroup").items():
        assert 0 < group["RetentionInDays"] <= 30, name


def test_mwaa_finds_its_log_groups_and_makes_none_that_keep_for_ever(template: Template) -> None:
    environment = template.of_type("AWS::MWAA::Environment")["MwaaEnvironment"]
    suffixes = {"TaskLogs": "Task", "SchedulerLogs": "Scheduler", "DagProcessingLogs": "DAGProcessing"}
    made = {group["LogGroupName"] for group in template.of_type("AWS::Logs::LogGroup").values()}

    for logs in environment["LoggingConfiguration"]:
        assert f"airflow-{PROJECT}-{suffixes[logs]}" in made
    needed = template.resources["MwaaEnvironment"]["DependsOn"]
    assert {"AirflowTaskLogs", "AirflowSchedulerLogs", "AirflowDAGProcessingLogs"} <= set(needed)


def test_what_is_left_running_stops_by_itself(template: Template) -> None:
    application = template.of_type("AWS::EMRServerless::Application")["EmrApplication"]

    assert application["AutoStopConfiguration"] == {"Enabled": True, "IdleTimeoutMinutes": 15}
    assert "MaximumCapacity" in application
    assert "InitialCapacity" not in application  # kept warm, it would be paid for while idle
    assert all(job["Timeout"] <= 60 for job in template.of_type("AWS::Glue::Job").values())
    assert all(function["Timeout"] <= 60 for function in template.of_type("AWS::Lambda::Function").values())


def test_whatever_holds_data_is_encrypted(template: Template) -> None:
    assert all(queue["SqsManagedSseEnabled"] for queue in template.of_type("AWS::SQS::Queue").values())
    assert all(stream["StreamEncryption"] for stream in template.of_type("AWS::Kinesis::Stream").values())


def test_each_alarm_tells_the_topic(template: Template) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{PROJECT}-alarms"

    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == [topic]
        assert alarm["AlarmName"].startswith(f"{PROJECT}-")  # the topic takes messages of alarms named so


def test_a_policy_for_every_resource_says_why() -> None:
    """On its own line: `*`, NotResource and NotAction stand for more than one can see."""
    open_lines = [
        line for line in TEMPLATE.read_text().splitlines() if re.search(r'Resource: "\*"|NotResource|NotAction', line)
    ]

    assert open_lines
    assert [line for line in open_lines if " # " not in line] == []


def test_only_the_buckets_outlive_the_stack(template: Template) -> None:
    kept = {name for name, resource in template.source["Resources"].items() if "DeletionPolicy" in resource}

    assert kept == {"CodeBucket", "LakeBucket"}


def test_snowflake_reads_exports_and_nothing_else(template: Template) -> None:
    lake = f"arn:aws:s3:::{PROJECT}-{ACCOUNT}-lake"
    [policy] = template.of_type("AWS::IAM::Role")["SnowflakeRole"]["Policies"]
    objects, listing, location = policy["PolicyDocument"]["Statement"]

    assert (objects["Action"], objects["Resource"]) == (["s3:GetObject", "s3:GetObjectVersion"], f"{lake}/exports/*")
    assert (listing["Action"], listing["Resource"]) == ("s3:ListBucket", lake)
    assert listing["Condition"] == {"StringLike": {"s3:prefix": "exports/*"}}
    assert (location["Action"], location["Resource"]) == ("s3:GetBucketLocation", lake)
