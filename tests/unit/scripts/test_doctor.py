"""`lab doctor` reports all that is wrong at once, each with what mends it, and touches nothing."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from rich.console import Console
from typer.testing import CliRunner

from scripts import cli, doctor, key_pair, preflight, profile, stack, warehouse
from scripts.doctor import account, machine, quotas, regions, snowflake
from scripts.doctor.finding import Finding, Verdict
from scripts.errors import LabError
from scripts.profile import Profile
from tests.unit.scripts.aws_profile import filled_in, load, local_airflow
from tests.unit.scripts.fake_aws import ACCOUNT, FakeAws, refusal
from tests.unit.scripts.fake_snowflake import FakeSnowflake

TEMPLATE: dict[str, Any] = cfn_yaml.load(str(stack.TEMPLATE))


def http_refusal(operation: str, status: int) -> Exception:
    error = refusal(operation, str(status))
    error.response["ResponseMetadata"] = {"HTTPStatusCode": status}  # type: ignore[typeddict-item]
    return error


def quotas_of(value: float) -> Any:
    def answer(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        names = [need.quota for need in quotas.NEEDS if need.service == parameters["ServiceCode"]]
        return {"Quotas": [{"QuotaName": name, "Value": value} for name in names]}

    return answer


@pytest.fixture
def account_in_order(aws: FakeAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FakeAws:
    """An account that lacks nothing, a key in its file, and a Snowflake that lets the user in."""
    aws.answers("iam:GetRole", {"Role": {}})
    aws.answers("s3:HeadBucket", http_refusal("HeadBucket", 404))
    aws.answers("cloudformation:DescribeStacks", refusal("DescribeStacks", "ValidationError", "does not exist"))
    aws.answers("service-quotas:ListServiceQuotas", quotas_of(1000))
    monkeypatch.setattr(warehouse, "connect", FakeSnowflake)
    monkeypatch.setattr(key_pair, "configured", lambda _environment: None)
    monkeypatch.setattr(preflight, "disk", lambda: None)
    (tmp_path / "key.p8").touch(mode=0o600)
    return aws


def with_key(folder: Path, **changes: str) -> Profile:
    return load(folder, SNOWFLAKE_PRIVATE_KEY_FILE=str(folder / "key.p8"), **changes)


def wrong(found: list[Finding]) -> dict[str, Finding]:
    return {each.what: each for each in found if each.verdict is Verdict.WRONG}


def test_an_account_in_order_has_nothing_wrong_and_nothing_was_touched(
    account_in_order: FakeAws, tmp_path: Path
) -> None:
    found = list(doctor.examine(with_key(tmp_path)))
    assert {each.verdict for each in found} == {Verdict.FINE}
    assert account_in_order.changes() == []
    assert any(ACCOUNT in each.words for each in found)


def test_everything_wrong_is_told_at_once_each_with_what_mends_it(
    account_in_order: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_in_order.answers("iam:GetRole", refusal("GetRole", "NoSuchEntity"))
    account_in_order.answers("s3:HeadBucket", http_refusal("HeadBucket", 403))
    account_in_order.answers("service-quotas:ListServiceQuotas", quotas_of(0))
    (tmp_path / "key.p8").chmod(0o644)

    def refused() -> None:
        raise LabError("Snowflake refused the login")

    monkeypatch.setattr(warehouse, "connect", refused)
    found = wrong(list(doctor.examine(with_key(tmp_path, BUDGET_USD="0", AWS_REGION="eu-isoe-west-1"))))

    mends = {what: each.mend for what, each in found.items()}
    assert "create-service-linked-role" in mends["EMR Serverless's service-linked role"]
    assert "another PROJECT" in mends[f"Bucket media-stream-{ACCOUNT}-lake"]
    assert "servicequotas/home/services/kinesis" in mends["Quota Shards per Region"]
    assert mends["Snowflake key"] == f"chmod 600 {tmp_path / 'key.p8'}"
    assert mends["Budget"] == "BUDGET_USD=… in aws.env"
    assert {"Region", "Snowflake log-in"} <= mends.keys()
    assert all(mends.values())


def test_credentials_that_are_missing_leave_the_rest_to_be_told(account_in_order: FakeAws, tmp_path: Path) -> None:
    account_in_order.answers("sts:GetCallerIdentity", refusal("GetCallerIdentity", "ExpiredToken"))
    found = list(doctor.examine(with_key(tmp_path, BUDGET_USD="0")))
    assert {"AWS account", "Budget"} == wrong(found).keys()
    assert "aws sso login" in wrong(found)["AWS account"].mend
    assert Verdict.UNKNOWN in {each.verdict for each in found}
    assert "Snowflake log-in" in {each.what for each in found}
    assert account_in_order.operations() == ["sts:GetCallerIdentity"]


def test_what_may_not_be_read_is_said_to_be_so_and_is_not_wrong(account_in_order: FakeAws, tmp_path: Path) -> None:
    for call in ("iam:GetRole", "service-quotas:ListServiceQuotas", "cloudformation:DescribeStacks"):
        account_in_order.answers(call, refusal(call.partition(":")[2], "AccessDenied"))
    found = list(doctor.examine(with_key(tmp_path)))
    unseen = [each for each in found if each.verdict is Verdict.UNKNOWN]
    assert not wrong(found)
    assert len(unseen) == 2 + len(quotas.NEEDS)
    assert all("could not be read" in each.words for each in unseen)


@pytest.mark.parametrize(("status", "verdict"), [(404, Verdict.FINE), (403, Verdict.WRONG)])
def test_the_name_of_a_bucket_is_free_or_somebody_elses(
    aws: FakeAws, tmp_path: Path, status: int, verdict: Verdict
) -> None:
    aws.answers("s3:HeadBucket", http_refusal("HeadBucket", status))
    assert account.bucket_name(load(tmp_path), "media-stream-lake").verdict is verdict


def test_a_bucket_of_our_stack_is_fine(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("s3:HeadBucket", {"BucketRegion": "us-east-1"})
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]})
    assert account.bucket_name(load(tmp_path), "media-stream-lake").words == "is ours"


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_a_bucket_that_outlived_its_stack_is_told_with_what_takes_it_away(
    aws: FakeAws, tmp_path: Path, status: str | None
) -> None:
    absent = refusal("DescribeStacks", "ValidationError", "does not exist")
    aws.answers("s3:HeadBucket", {"BucketRegion": "us-east-1"})
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [{"StackStatus": status}]} if status else absent)
    found = account.bucket_name(load(tmp_path), "media-stream-lake")
    assert found.verdict is Verdict.WRONG
    assert "outlived its stack" in found.words
    assert found.mend == f"make destroy PROFILE=aws CONFIRM={ACCOUNT}"


def test_a_bucket_of_ours_in_another_region_is_told_with_that_region(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("s3:HeadBucket", {"BucketRegion": "eu-west-1"})
    found = account.bucket_name(load(tmp_path), "media-stream-lake")
    assert found.verdict is Verdict.WRONG
    assert found.words.startswith("is ours, in region eu-west-1")
    assert found.mend == "AWS_REGION=eu-west-1 or another PROJECT in aws.env"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("UPDATE_COMPLETE", Verdict.FINE),
        ("UPDATE_IN_PROGRESS", Verdict.UNKNOWN),
        ("ROLLBACK_COMPLETE", Verdict.WRONG),
    ],
)
def test_a_stack_that_nothing_can_be_deployed_to_is_told_with_what_takes_it_away(
    aws: FakeAws, tmp_path: Path, status: str, verdict: Verdict
) -> None:
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [{"StackStatus": status}]})
    found = account.stack(load(tmp_path))
    assert found.verdict is verdict
    assert (found.mend == f"make destroy PROFILE=aws CONFIRM={ACCOUNT}") is (verdict is Verdict.WRONG)


def test_a_role_that_may_not_create_an_integration_is_told_with_the_grant() -> None:
    granted = set(snowflake.NEEDED) - {"CREATE INTEGRATION"}
    found = snowflake.role("DEPLOYER", cast("Any", FakeSnowflake(*granted)))
    assert found.verdict is Verdict.WRONG
    assert "GRANT CREATE INTEGRATION ON ACCOUNT TO ROLE DEPLOYER;" in found.mend
    assert snowflake.role("DEPLOYER", cast("Any", FakeSnowflake(*snowflake.NEEDED))).verdict is Verdict.FINE


@pytest.mark.parametrize(
    ("comment", "verdict"),
    [(None, Verdict.FINE), ("Viewing events of the media stream", Verdict.FINE), ("my own", Verdict.WRONG)],
)
def test_a_name_in_snowflake_that_is_another_s_is_told_with_the_setting_that_gives_it(
    account_in_order: FakeAws,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    comment: str | None,
    verdict: Verdict,
) -> None:
    there = {} if comment is None else {"DATABASE MEDIA_STREAM": comment}
    monkeypatch.setattr(warehouse, "connect", lambda: FakeSnowflake(there=there))
    found = {each.what: each for each in doctor.examine(with_key(tmp_path))}
    assert found["Snowflake database MEDIA_STREAM"].verdict is verdict
    if verdict is Verdict.WRONG:
        assert found["Snowflake database MEDIA_STREAM"].mend == "another SNOWFLAKE_DATABASE in aws.env"
    assert {"Snowflake warehouse MEDIA_STREAM_WH", "Snowflake storage integration MEDIA_STREAM_S3"} <= found.keys()


def test_a_region_without_mwaa_will_do_for_a_local_airflow(tmp_path: Path) -> None:
    (managed,) = regions.findings(load(tmp_path, AWS_REGION="ap-southeast-6"))
    assert managed.verdict is Verdict.WRONG
    assert "has no MWAA" in managed.words
    local = load(tmp_path, *local_airflow(), without="AIRFLOW", AWS_REGION="ap-southeast-6")
    assert [each.verdict for each in regions.findings(local)] == [Verdict.FINE]


def test_quotas_of_a_network_are_asked_for_with_mwaa_alone(account_in_order: FakeAws, tmp_path: Path) -> None:
    local = load(tmp_path, *local_airflow(), without="AIRFLOW")
    assert len(list(quotas.findings(local))) == len([need for need in quotas.NEEDS if not need.managed])


def test_what_is_needed_of_a_quota_is_what_the_template_makes() -> None:
    needs = {need.service: need.least for need in quotas.NEEDS}
    resources = TEMPLATE["Resources"]
    assert needs["kinesis"] == resources["ViewershipStream"]["Properties"]["ShardCount"]
    capacity = resources["EmrApplication"]["Properties"]["MaximumCapacity"]["Cpu"]
    assert needs["emr-serverless"] == int(re.findall(r"\d+", str(capacity))[0])
    assert needs["ec2"] == sum(each["Type"] == "AWS::EC2::EIP" for each in resources.values())


def test_a_machines_troubles_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def trouble(*_: object) -> None:
        raise LabError("not as it must be")

    for check in ("java", "disk", "ports"):
        monkeypatch.setattr(preflight, check, trouble)
    found = list(machine.findings(profile.load("local")))
    assert [each.what for each in found] == ["Java", "Disk", "Ports"]
    assert {each.verdict for each in found} == {Verdict.WRONG}
    assert {each.mend for each in found} == {"make doctor PROFILE=local"}


def test_the_findings_are_plain_lines_in_a_log() -> None:
    console = Console(width=200)
    with console.capture() as captured:
        sound = doctor.show([Finding("Disk", Verdict.WRONG, "full", "make clean")], console)
    assert not sound
    assert captured.get() == "wrong   Disk: full\n        → make clean\n0 fine, 1 wrong, 0 not to be seen\n"


@pytest.mark.parametrize(("budget", "code"), [("1500", 0), ("0", 1)])
def test_the_command_ends_with_1_when_something_is_wrong(
    account_in_order: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, budget: str, code: int
) -> None:
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    path = filled_in(tmp_path, SNOWFLAKE_PRIVATE_KEY_FILE=str(tmp_path / "key.p8"), BUDGET_USD=budget)
    result = CliRunner().invoke(cli.app, ["--profile", str(path), "doctor"])
    assert result.exit_code == code, result.output


def test_without_a_key_no_log_in_is_tried(
    account_in_order: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(_environment: object) -> None:
        raise LabError("it is damaged", next_command="openssl genrsa 2048")

    monkeypatch.setattr(key_pair, "configured", damaged)
    key, log_in = snowflake.findings(with_key(tmp_path))
    assert (key.verdict, key.mend) == (Verdict.WRONG, "openssl genrsa 2048")
    assert log_in.verdict is Verdict.UNKNOWN
