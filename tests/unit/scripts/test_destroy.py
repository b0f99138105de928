"""`lab destroy` takes away all that costs, can be typed again, and never says "nothing is left" without knowing."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts import cli, cloudformation, paths, profile
from scripts.destroy import buckets, destroy, jobs, left, warehouse
from scripts.destroy.destroy import require_nothing_left
from scripts.display import PlainDisplay
from scripts.errors import LabError
from tests.unit.scripts.aws_profile import filled_in, load, local_airflow
from tests.unit.scripts.fake_aws import ACCOUNT, FakeAws, refusal

ABSENT = refusal("DescribeStacks", "ValidationError", "Stack with id media-stream does not exist")
NO_BUCKET = refusal("HeadBucket", "404", "Not Found")
ARN = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/viewership-stream"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "POLL_SECONDS", 0)
    monkeypatch.setattr(left, "POLL_SECONDS", 0)
    monkeypatch.setattr(left, "LAG_SECONDS", 0)
    monkeypatch.setattr(cloudformation, "FIRST_POLL_SECONDS", 0)


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that Snowflake was sent."""
    sent: list[str] = []
    monkeypatch.setattr(warehouse, "drop", lambda settings, _note: sent.extend(warehouse.statements(settings)))
    return sent


class Account:
    """An account with the whole lab in it: what is asked to go is gone."""

    def __init__(self, aws: FakeAws) -> None:
        self.stack, self.run, self.application = "CREATE_COMPLETE", "RUNNING", "STARTED"
        self.buckets = {f"media-stream-{ACCOUNT}-{name}": 1500 for name in ("lake", "code")}
        self.tagged, self.region = [ARN], "us-east-1"
        for call, answer in {
            "cloudformation:DescribeStacks": self.describe,
            "cloudformation:DescribeStackResources": self.resources,
            "cloudformation:DeleteStack": self.delete_stack,
            "emr-serverless:ListJobRuns": lambda _: {"jobRuns": [self.job_run()]},
            "emr-serverless:CancelJobRun": self.cancel,
            "emr-serverless:GetApplication": lambda _: {"application": {"state": self.application}},
            "emr-serverless:StopApplication": self.stop,
            "glue:GetJobRuns": {
                "JobRuns": [{"Id": "jr_1", "JobRunState": "RUNNING"}, {"Id": "jr_0", "JobRunState": "FAILED"}]
            },
            "glue:BatchStopJobRun": {},
            "s3:HeadBucket": self.head,
            "s3:ListMultipartUploads": {"Uploads": [{"Key": "half", "UploadId": "u1"}]},
            "s3:AbortMultipartUpload": {},
            "s3:ListObjectVersions": self.versions,
            "s3:DeleteObjects": self.delete_objects,
            "s3:DeleteBucket": self.delete_bucket,
            "resourcegroupstaggingapi:GetResources": self.search,
        }.items():
            aws.answers(call, answer)  # type: ignore[arg-type]

    def describe(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.stack == "DELETE_COMPLETE":
            raise ABSENT
        return {"Stacks": [{"StackStatus": self.stack}]}

    def resources(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        kinds = {"AWS::EMRServerless::Application": "00app", "AWS::Glue::Job": "clean_viewership"}
        return {
            "StackResources": [
                {
                    "LogicalResourceId": name,
                    "PhysicalResourceId": name,
                    "ResourceType": kind,
                    "ResourceStatus": self.stack,
                }
                for kind, name in kinds.items()
            ]
        }

    def job_run(self) -> dict[str, str]:
        return {"id": "run-1", "name": "stream_viewership", "state": self.run}

    def cancel(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        self.run = "CANCELLED"
        return {}

    def stop(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self.run == "CANCELLED", "an application with a running job is not stopped"
        self.application = "STOPPED"
        return {}

    def delete_stack(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        self.stack, self.tagged = "DELETE_COMPLETE", []
        return {}

    def head(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        assert parameters["ExpectedBucketOwner"] == ACCOUNT
        if parameters["Bucket"] not in self.buckets:
            raise NO_BUCKET
        return {"BucketRegion": self.region}

    def versions(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        count = min(1000, self.buckets[parameters["Bucket"]])
        more = self.buckets[parameters["Bucket"]] > count
        page = [{"Key": f"k{number}", "VersionId": "v"} for number in range(count)]
        following = {"NextKeyMarker": "k", "NextVersionIdMarker": "v"} if more else {}
        return {"Versions": page[1:], "DeleteMarkers": page[:1], "IsTruncated": more, **following}

    def delete_objects(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        self.buckets[parameters["Bucket"]] -= len(parameters["Delete"]["Objects"])
        return {}

    def delete_bucket(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        assert self.buckets.pop(parameters["Bucket"]) == 0, "a bucket that is not empty is not deleted"
        return {}

    def search(self, _: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"ResourceTagMappingList": [{"ResourceARN": arn} for arn in self.tagged]}


def take_away(folder: Path, stop_airflow: Callable[[], None] = lambda: None) -> str:
    console = Console(soft_wrap=True, width=200)
    with console.capture() as captured:
        destroy(load(folder), boto3.Session(), PlainDisplay(console), stop_airflow)
    return captured.get()


def test_all_that_costs_is_stopped_and_deleted_and_nothing_is_left(
    aws: FakeAws, tmp_path: Path, dropped: list[str]
) -> None:
    account = Account(aws)
    text = take_away(tmp_path)
    assert (account.run, account.application, account.stack) == ("CANCELLED", "STOPPED", "DELETE_COMPLETE")
    assert account.buckets == {}
    assert ("glue:BatchStopJobRun", {"JobName": "clean_viewership", "JobRunIds": ["jr_1"]}) in aws.asked
    assert "DROP DATABASE IF EXISTS MEDIA_STREAM" in dropped
    assert "Nothing carries the tag Project=media-stream any more" in text


def test_a_second_time_it_deletes_nothing_and_says_the_same(aws: FakeAws, tmp_path: Path, dropped: list[str]) -> None:
    Account(aws)
    take_away(tmp_path)
    aws.asked.clear()
    assert "Nothing carries the tag" in take_away(tmp_path)
    assert aws.changes() == []


@pytest.mark.parametrize(
    "interrupted", ["emr-serverless:StopApplication", "cloudformation:DeleteStack", "s3:DeleteBucket"]
)
def test_interrupted_anywhere_it_goes_on_when_it_is_typed_again(
    aws: FakeAws, tmp_path: Path, dropped: list[str], interrupted: str
) -> None:
    account = Account(aws)
    answer = aws.scripted[interrupted]

    def interrupt(_: Mapping[str, Any]) -> Mapping[str, Any]:
        raise KeyboardInterrupt

    aws.answers(interrupted, interrupt)
    with pytest.raises(KeyboardInterrupt):
        take_away(tmp_path)
    aws.answers(interrupted, answer)
    take_away(tmp_path)
    assert (account.stack, account.buckets) == ("DELETE_COMPLETE", {})


def test_what_is_left_is_listed_and_is_an_error(aws: FakeAws, tmp_path: Path, dropped: list[str]) -> None:
    Account(aws)
    stack = f"arn:aws:cloudformation:us-east-1:{ACCOUNT}:stack/media-stream/1"
    remains = {"ResourceTagMappingList": [{"ResourceARN": ARN}, {"ResourceARN": stack}]}
    aws.answers("resourcegroupstaggingapi:GetResources", remains)
    with pytest.raises(LabError, match="1 resources still carry the tag") as caught:
        take_away(tmp_path)
    assert ARN in caught.value.message
    assert stack not in caught.value.message, "a stack's record costs nothing"


@pytest.mark.parametrize(
    ("state", "left_over"), [("deleted", False), ("deleting", True), ("available", True), (None, False)]
)
def test_a_nat_gateway_that_aws_still_lists_is_left_over_until_it_is_deleted(
    aws: FakeAws, state: str | None, left_over: bool
) -> None:
    arn = f"arn:aws:ec2:us-east-1:{ACCOUNT}:natgateway/nat-1"
    aws.answers("resourcegroupstaggingapi:GetResources", {"ResourceTagMappingList": [{"ResourceARN": arn}]})
    gateways = {"NatGateways": [{"NatGatewayId": "nat-1", "State": state}]}
    aws.answers("ec2:DescribeNatGateways", gateways if state else refusal("DescribeNatGateways", "NatGatewayNotFound"))
    assert bool(left.tagged(boto3.Session(), "media-stream")) is left_over


@pytest.mark.parametrize(("state", "left_over"), [("TERMINATED", False), ("STARTED", True)])
def test_an_application_that_aws_still_lists_is_left_over_until_it_is_terminated(
    aws: FakeAws, state: str, left_over: bool
) -> None:
    arn = f"arn:aws:emr-serverless:us-east-1:{ACCOUNT}:/applications/00app"
    aws.answers("resourcegroupstaggingapi:GetResources", {"ResourceTagMappingList": [{"ResourceARN": arn}]})
    aws.answers("emr-serverless:GetApplication", {"application": {"state": state}})
    assert bool(left.tagged(boto3.Session(), "media-stream")) is left_over


def test_a_search_that_is_not_answered_is_an_error_and_never_a_success(
    aws: FakeAws, tmp_path: Path, dropped: list[str]
) -> None:
    aws.answers("cloudformation:DescribeStacks", ABSENT)
    aws.answers("s3:HeadBucket", NO_BUCKET)
    aws.answers("resourcegroupstaggingapi:GetResources", refusal("GetResources", "NotImplemented"))
    with pytest.raises(LabError, match="What is left cannot be told: the search by tag is not answered"):
        take_away(tmp_path)


def test_a_search_that_saw_nothing_of_a_stack_that_was_there_proves_nothing(aws: FakeAws) -> None:
    aws.answers("resourcegroupstaggingapi:GetResources", {"ResourceTagMappingList": []})
    display = PlainDisplay(Console())
    with pytest.raises(LabError, match="finding nothing now says nothing"):
        require_nothing_left(boto3.Session(), "media-stream", [], display)
    require_nothing_left(boto3.Session(), "media-stream", [ARN], display)
    require_nothing_left(boto3.Session(), "media-stream", None, display)


def test_a_stack_that_cannot_be_deleted_is_told_with_the_resource_and_its_reason(aws: FakeAws) -> None:
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [{"StackStatus": "DELETE_FAILED"}]})
    aws.answers("cloudformation:DeleteStack", {})
    event = {
        "StackId": "arn",
        "LogicalResourceId": "Vpc",
        "ResourceType": "AWS::EC2::VPC",
        "ResourceStatus": "DELETE_FAILED",
        "ResourceStatusReason": "has dependencies",
        "Timestamp": 0,
    }
    aws.answers("cloudformation:DescribeStackEvents", {"StackEvents": [event]})
    with pytest.raises(LabError, match=r"DELETE_FAILED\. Vpc \(AWS::EC2::VPC\): has dependencies$") as caught:
        cloudformation.Stack(boto3.Session(), "media-stream").delete()
    assert caught.value.next_command == "make destroy"


def test_a_stack_in_the_middle_of_a_deployment_is_waited_for_before_anything_is_taken_away(
    aws: FakeAws, tmp_path: Path, dropped: list[str]
) -> None:
    account = Account(aws)
    account.stack = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    left_to_do = iter(range(3))

    def describe(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        if account.stack.endswith("_IN_PROGRESS"):
            assert aws.changes() == []
            if next(left_to_do, None) is None:
                account.stack = "UPDATE_COMPLETE"
        return account.describe(parameters)

    aws.answers("cloudformation:DescribeStacks", describe)
    take_away(tmp_path)
    assert (account.stack, account.buckets) == ("DELETE_COMPLETE", {})


def test_a_bucket_of_somebody_else_is_left_alone(aws: FakeAws) -> None:
    aws.answers("s3:HeadBucket", refusal("HeadBucket", "403"))
    with pytest.raises(LabError, match=f"is not account {ACCOUNT}'s"):
        buckets.delete(boto3.Session(), "media-stream-lake", ACCOUNT, lambda _: None)
    assert aws.changes() == []


def test_buckets_of_another_regions_stack_stop_it_before_anything_is_touched(
    aws: FakeAws, tmp_path: Path, dropped: list[str]
) -> None:
    account = Account(aws)
    account.region = "eu-west-1"
    with pytest.raises(LabError, match=r"lake is in region eu-west-1, and AWS_REGION is us-east-1") as caught:
        take_away(tmp_path, stop_airflow=lambda: pytest.fail("Airflow was stopped"))
    assert caught.value.next_command == "make destroy"
    assert (aws.changes(), dropped) == ([], [])


@pytest.mark.parametrize("airflow", ["mwaa", "local"])
def test_the_command_stops_an_airflow_of_this_machine_and_no_other(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, airflow: str
) -> None:
    stopped: list[str] = []
    runtime = SimpleNamespace(name="processes", stop=lambda: stopped.append("local"))
    monkeypatch.setattr(cli, "choose", lambda *_: SimpleNamespace(runtime=runtime, reason="told so"))
    monkeypatch.setattr(cli, "destroy", lambda _profile, _session, _display, stop_airflow: stop_airflow())
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    path = filled_in(tmp_path, *local_airflow(), without="AIRFLOW") if airflow == "local" else filled_in(tmp_path)
    result = CliRunner().invoke(cli.app, ["--profile", str(path), "destroy", "--confirm", ACCOUNT])
    assert result.exit_code == 0, result.output
    assert stopped == (["local"] if airflow == "local" else [])


def test_an_object_that_cannot_be_deleted_is_named(aws: FakeAws) -> None:
    Account(aws)
    aws.answers("s3:DeleteObjects", {"Errors": [{"Key": "k1", "Message": "locked"}]})
    with pytest.raises(LabError, match=f"s3://media-stream-{ACCOUNT}-lake/k1 cannot be deleted: locked"):
        buckets.delete(boto3.Session(), f"media-stream-{ACCOUNT}-lake", ACCOUNT, lambda _: None)


def test_everything_that_the_sql_makes_in_an_account_is_dropped(tmp_path: Path) -> None:
    """What lies inside the database goes with it."""
    settings = load(tmp_path).values
    names = {
        "warehouse": settings["SNOWFLAKE_WAREHOUSE"],
        "database": settings["SNOWFLAKE_DATABASE"],
        "integration": "MEDIA_STREAM_S3",
    }
    made = set()
    for file in (paths.ROOT / "snowflake").rglob("*.sql"):
        found = re.findall(
            r"^CREATE (?:OR REPLACE )?(DATABASE|WAREHOUSE|ROLE|RESOURCE MONITOR|STORAGE INTEGRATION)"
            r"(?: IF NOT EXISTS)? (\S+)",
            file.read_text(),
            re.M,
        )
        made |= {(kind, names.get(name.strip("&{}"), name)) for kind, name in found}
    dropped = {re.fullmatch(r"DROP (.+) IF EXISTS (\S+)", each) for each in warehouse.statements(settings)}
    assert made
    assert made <= {(each[1], each[2]) for each in dropped if each}
