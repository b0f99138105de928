"""Credentials that are missing, have expired or are not valid: each a sentence and what to type."""

import os
from pathlib import Path

import pytest
from botocore.exceptions import ConnectTimeoutError

from scripts import identity
from scripts.errors import LabError, Unavailable
from scripts.profile import environment
from tests.unit.scripts.aws_profile import load
from tests.unit.scripts.fake_aws import ACCOUNT, FakeAws, refusal

SSO = """
[profile lab]
sso_session = company
sso_account_id = 123456789012
sso_role_name = Developer
region = us-east-1
[sso-session company]
sso_start_url = https://company.awsapps.com/start
sso_region = us-east-1
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with no credentials at all."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text(SSO)
    return tmp_path


def test_who_the_credentials_stand_for_is_told(aws: FakeAws, tmp_path: Path) -> None:
    assert identity.identify(load(tmp_path)).account == ACCOUNT
    assert aws.operations() == ["sts:GetCallerIdentity"]


def test_no_credentials_at_all_are_a_sentence(home: Path) -> None:
    with pytest.raises(LabError, match="There are no AWS credentials") as caught:
        identity.identify(load(home))
    assert caught.value.next_command == "aws configure sso --profile default"


def test_an_unknown_aws_profile_is_named_with_those_there_are(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    with pytest.raises(LabError, match=r"no AWS profile production in ~/\.aws/config\. Profiles there: lab") as caught:
        identity.identify(load(home))
    assert caught.value.next_command == "aws configure sso --profile production"


def test_a_sign_in_that_has_ended_is_told_with_the_command_that_renews_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "lab")
    with pytest.raises(LabError, match="The AWS sign-in of profile lab has ended") as caught:
        identity.identify(load(home))
    assert caught.value.next_command == "aws sso login --profile lab"


@pytest.mark.parametrize(
    ("code", "words", "command"),
    [
        ("ExpiredToken", "have expired", "aws sso login --profile default"),
        ("InvalidClientTokenId", "does not know the access key", "aws configure --profile default"),
        ("AccessDenied", "gives no credentials", "aws sts get-caller-identity --profile default"),
    ],
)
def test_credentials_that_aws_refuses_are_told_with_what_mends_them(
    aws: FakeAws, tmp_path: Path, code: str, words: str, command: str
) -> None:
    aws.answers("sts:GetCallerIdentity", refusal("GetCallerIdentity", code))
    with pytest.raises(LabError, match=words) as caught:
        identity.identify(load(tmp_path))
    assert caught.value.next_command == command


def test_an_aws_that_does_not_answer_may_do_so_later(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("sts:GetCallerIdentity", ConnectTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com"))
    with pytest.raises(Unavailable, match="AWS does not answer"):
        identity.identify(load(tmp_path))


@pytest.mark.parametrize(
    "config", [{"endpoint_url": "https://proxy.example.com"}, {"services": "minio"}], ids=["one address", "by service"]
)
def test_an_aws_profile_that_sends_calls_elsewhere_is_refused(config: dict[str, str]) -> None:
    with pytest.raises(LabError, match="calls would go elsewhere than to AWS"):
        identity.refuse_foreign_endpoints(config)


def test_an_aws_profile_of_an_emulator_on_this_machine_is_accepted() -> None:
    identity.refuse_foreign_endpoints({"endpoint_url": "http://localhost:4566", "region": "us-east-1"})


def test_the_aws_profile_that_the_labs_profile_names_is_the_one_that_is_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = environment(load(home, "AWS_PROFILE=lab"), {**os.environ, "AWS_PROFILE": "production"})
    monkeypatch.setenv("AWS_PROFILE", settings["AWS_PROFILE"])
    with pytest.raises(LabError, match="sign-in of profile lab"):
        identity.identify(load(home))
