"""Nothing is changed in an account that was not confirmed, and nothing is read in another than the profile's."""

from pathlib import Path

import pytest

from scripts import cli, guard, profile
from scripts.errors import LabError
from tests.unit.scripts.aws_profile import filled_in, load
from tests.unit.scripts.fake_aws import ACCOUNT, FakeAws, refusal

OTHER = "999999999999"


def answer_with(aws: FakeAws, account: str) -> None:
    arn = f"arn:aws:iam::{account}:user/me"
    aws.answers("sts:GetCallerIdentity", {"Account": account, "Arn": arn, "UserId": "A"})


def test_the_confirmed_account_of_profile_and_credentials_may_be_changed(aws: FakeAws, tmp_path: Path) -> None:
    identity = guard.before_changing(load(tmp_path), "deploy", ACCOUNT)
    assert identity
    assert identity.account == ACCOUNT


def test_without_a_confirmation_the_account_region_and_next_command_are_told(aws: FakeAws, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=f"account {ACCOUNT}, region us-east-1. The account was not confirmed") as caught:
        guard.before_changing(load(tmp_path), "deploy", None)
    assert caught.value.next_command == f"make deploy PROFILE=aws CONFIRM={ACCOUNT}"
    assert aws.asked == []


def test_the_confirmation_of_another_account_is_no_confirmation(aws: FakeAws, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=f"is not the confirmed {OTHER}") as caught:
        guard.before_changing(load(tmp_path), "deploy", OTHER)
    assert caught.value.next_command is None, "what was meant is for the user to say"


def test_a_confirmed_account_that_the_credentials_are_not_of_is_refused(aws: FakeAws, tmp_path: Path) -> None:
    answer_with(aws, OTHER)
    with pytest.raises(LabError, match=f"those of account {OTHER} .* names {ACCOUNT}"):
        guard.before_changing(load(tmp_path), "deploy", ACCOUNT)


def test_reading_needs_no_confirmation_but_the_right_account(aws: FakeAws, tmp_path: Path) -> None:
    guard.before_reading(load(tmp_path))
    answer_with(aws, OTHER)
    with pytest.raises(LabError, match=f"those of account {OTHER}"):
        guard.before_reading(load(tmp_path))


def test_a_lab_of_this_machine_asks_nobody(aws: FakeAws) -> None:
    local = profile.load("local")
    assert guard.before_changing(local, "deploy", None) is None
    assert guard.before_reading(local) is None
    assert aws.asked == []


CHANGING = ["deploy", "destroy", "e2e", "generate"]
READING = ["ledger", "status"]


def sentence(
    arguments: list[str], path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    monkeypatch.setattr("sys.argv", ["lab", "--profile", str(path), "--runtime", "none", *arguments])
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    with pytest.raises(SystemExit) as caught:
        cli.entry()
    assert caught.value.code == 1
    return capsys.readouterr().err


@pytest.mark.parametrize("command", CHANGING)
def test_every_changing_command_is_refused_before_its_first_call(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    words = sentence([command], filled_in(tmp_path), monkeypatch, capsys)
    again = f"make {command} PROFILE=aws CONFIRM={ACCOUNT}"
    if command == "generate":  # no target of make's
        again = f".venvs/lab/bin/lab --profile aws generate --confirm {ACCOUNT}"
    assert f"next:  {again}" in words
    assert aws.asked == []


def test_what_aws_refuses_on_the_way_is_a_sentence_with_the_profiles_next_command(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer_with(aws, ACCOUNT)
    expired = refusal("DescribeStacks", "ExpiredToken", "The security token included in the request is expired")
    aws.answers("cloudformation:DescribeStacks", expired)
    words = sentence(["ledger"], filled_in(tmp_path), monkeypatch, capsys)
    assert "The security token included in the request is expired" in words
    assert "next:  make doctor PROFILE=aws" in words
    assert "Traceback" not in words


def test_logs_of_an_account_are_where_aws_keeps_them(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["lab", "--profile", str(filled_in(tmp_path)), "logs", "snowflake"])
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    with pytest.raises(SystemExit) as caught:
        cli.entry()
    assert not caught.value.code
    told = " ".join(capsys.readouterr().out.split())
    assert "aws logs tail --region us-east-1 /aws/lambda/media-stream-archive-records" in told
    assert f"s3://media-stream-{ACCOUNT}-lake/logs/emr/" in told


@pytest.mark.parametrize("command", CHANGING)
def test_a_confirmed_command_of_the_wrong_credentials_calls_nothing_but_who_it_is(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    answer_with(aws, OTHER)
    words = sentence([command, "--confirm", ACCOUNT], filled_in(tmp_path), monkeypatch, capsys)
    assert f"those of account {OTHER}" in words
    assert aws.operations() == ["sts:GetCallerIdentity"]


@pytest.mark.parametrize("command", READING)
def test_every_reading_command_is_refused_with_expired_credentials(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    aws.answers("sts:GetCallerIdentity", refusal("GetCallerIdentity", "ExpiredToken"))
    words = sentence([command], filled_in(tmp_path), monkeypatch, capsys)
    assert "next:  aws sso login" in words
    assert aws.operations() == ["sts:GetCallerIdentity"]


def test_what_to_type_next_is_told_with_the_profile_or_it_would_act_on_this_machine(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers("cloudformation:DescribeStacks", refusal("DescribeStacks", "ValidationError", "does not exist"))
    words = sentence(["ledger"], filled_in(tmp_path), monkeypatch, capsys)
    assert "There is no stack media-stream" in words
    assert f"next:  make e2e PROFILE=aws CONFIRM={ACCOUNT}" in words
