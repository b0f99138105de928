"""A profile of an AWS account: what it must say, what it never holds, and whose credentials its commands use."""

from pathlib import Path

import pytest

from scripts import paths, profile
from scripts.errors import LabError
from tests.unit.scripts.aws_profile import EXAMPLE, FILLED_IN, load, local_airflow


def test_the_example_filled_in_is_a_profile_without_any_address(tmp_path: Path) -> None:
    result = load(tmp_path)
    assert result.is_aws
    assert result.airflow == "mwaa"
    assert result["AWS_DEFAULT_REGION"] == result["AWS_REGION"] == "us-east-1"
    assert not [name for name, value in result.values.items() if "ENDPOINT" in name or "://" in value]


def test_the_example_as_it_is_says_what_is_to_be_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "aws.env"
    path.write_text(EXAMPLE.read_text())
    with pytest.raises(LabError) as caught:
        profile.load(str(path))
    for name in FILLED_IN:
        assert name in caught.value.message


def test_the_examples_lines_for_a_local_airflow_make_a_profile(tmp_path: Path) -> None:
    assert load(tmp_path, *local_airflow(), without="AIRFLOW").airflow == "local"


def test_every_setting_of_the_example_stands_below_a_comment() -> None:
    for paragraph in EXAMPLE.read_text().strip().split("\n\n"):
        assert paragraph.startswith("# "), paragraph


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"AWS_ACCOUNT_ID": "12345"}, "AWS_ACCOUNT_ID=12345 is not valid. .* 12 digits", id="account"),
        pytest.param({"AWS_REGION": "Frankfurt"}, "AWS_REGION=Frankfurt is not valid. .* as us-east-1", id="region"),
        pytest.param({"AWS_DEFAULT_REGION": "eu-west-1"}, "eu-west-1 .* is not AWS_REGION=us-east-1", id="two regions"),
        pytest.param({"AIRFLOW": "laptop"}, r"AIRFLOW=laptop is not valid. .* mwaa \(managed", id="airflow"),
        pytest.param({"AIRFLOW": "local"}, "AIRFLOW=local .* needs AWS_ENDPOINT_URL_MWAA", id="local airflow, no more"),
        pytest.param({"RUN_INTERVAL_MINUTES": "-1"}, "RUN_INTERVAL_MINUTES=-1 .* 0 to 120", id="interval"),
        pytest.param({"STREAM_TRIGGER_SECONDS": "0"}, "STREAM_TRIGGER_SECONDS=0 .* 1 to 900", id="trigger"),
        pytest.param({"STREAM_IDLE_MINUTES": "20"}, "STREAM_IDLE_MINUTES=20 .* 30 to 1440", id="idle time"),
        pytest.param({"STREAM_IDLE_MINUTES": "1441"}, "STREAM_IDLE_MINUTES=1441 .* 30 to 1440", id="idle for days"),
        pytest.param({"STREAM_IDLE_MINUTES": "-1"}, "STREAM_IDLE_MINUTES=-1 .* or never: 0", id="idle before"),
        pytest.param({"RUN_INTERVAL_MINUTES": "15.0"}, r"RUN_INTERVAL_MINUTES=15\.0 .* 0 to 120", id="a fraction"),
        pytest.param({"BUDGET_USD": "1_500"}, "BUDGET_USD=1_500 .* whole US dollars", id="a programmer's number"),
        pytest.param(
            {"SNOWFLAKE_STAGE_OPTIONS": "CREDENTIALS=(AWS_KEY_ID='AKIA' AWS_SECRET_KEY='x')"},
            "SNOWFLAKE_STAGE_OPTIONS=.* STORAGE_INTEGRATION = MEDIA_STREAM_S3",
            id="a key among the options",
        ),
        pytest.param({"BATCH_WINDOW_SECONDS": "301"}, "BATCH_WINDOW_SECONDS=301 .* 1 to 300", id="window"),
        pytest.param({"BUDGET_USD": "a lot"}, "BUDGET_USD=a lot .* whole US dollars", id="budget"),
        pytest.param({"BUDGET_EMAIL": ""}, "BUDGET_EMAIL is missing: whom AWS", id="nobody is told"),
        pytest.param({"BUDGET_EMAIL": "me"}, "BUDGET_EMAIL=me .* name@example.com", id="address"),
        pytest.param({"PROJECT": "Media_Stream"}, "PROJECT=Media_Stream .* lower-case", id="project"),
        pytest.param({"PROFILE_KIND": "azure"}, "PROFILE_KIND=azure .* local or aws", id="kind"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_valid(tmp_path: Path, changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(LabError, match=sentence):
        load(tmp_path, **changes)


NEEDED = ["PROJECT", "AWS_ACCOUNT_ID", "BUDGET_USD", "SNOWFLAKE_ROLE", "SNOWFLAKE_PRIVATE_KEY_FILE"]
NEEDED += ["RUN_INTERVAL_MINUTES", "STREAM_TRIGGER_SECONDS", "STREAM_IDLE_MINUTES", "BATCH_WINDOW_SECONDS"]


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_setting_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(LabError, match=f"{name} is missing: "):
        load(tmp_path, without=name)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(LabError) as caught:
        load(tmp_path, AWS_ACCOUNT_ID="1", BUDGET_USD="x")
    assert caught.value.message.count("is not valid") == 2


@pytest.mark.parametrize(
    ("line", "nearest"),
    [
        pytest.param("RUN_INTERVAL_MINUTE=5", "RUN_INTERVAL_MINUTES", id="a letter less"),
        pytest.param("BUGDET_USD=5", "BUDGET_USD", id="letters changed"),
        pytest.param("SPARK_MASTER_URL=spark://localhost:7077", "", id="of the other kind"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_there_is(tmp_path: Path, line: str, nearest: str) -> None:
    with pytest.raises(LabError, match=f"{line.partition('=')[0]} is no setting of .*The nearest is {nearest}"):
        load(tmp_path, line)


@pytest.mark.parametrize(
    "line",
    [
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI",
        "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE",
        "AWS_SESSION_TOKEN=IQoJb3JpZ2lu",
        "SNOWFLAKE_PASSWORD=hunter2",
        "SNOWFLAKE_PRIVATE_KEY_FILE_PWD=hunter2",
    ],
)
def test_a_secret_in_the_file_is_refused_without_repeating_it(tmp_path: Path, line: str) -> None:
    name, _, value = line.partition("=")
    with pytest.raises(LabError, match=f"{name} is a secret, and a profile of kind aws holds none: ") as caught:
        load(tmp_path, line)
    assert value not in caught.value.message


@pytest.mark.parametrize(
    "line",
    [
        "AWS_ENDPOINT_URL=https://kinesis.us-east-1.amazonaws.com",
        "AWS_ENDPOINT_URL=http://10.0.0.7:4566",
        "AWS_ENDPOINT_URL_S3=https://minio.example.com",
        "SNOWFLAKE_HOST=snowflakecomputing.com.example.com",
    ],
)
def test_an_address_that_is_neither_this_machine_nor_snowflake_is_refused(tmp_path: Path, line: str) -> None:
    with pytest.raises(LabError, match=f"{line.partition('=')[0]}=.* takes no address"):
        load(tmp_path, line)


@pytest.mark.parametrize(
    "line",
    [
        "AWS_ENDPOINT_URL=http://localhost:4566",
        "AWS_ENDPOINT_URL_MWAA=http://127.0.0.1:4566",
        "SNOWFLAKE_HOST=localhost",
        "SNOWFLAKE_HOST=myorg-lab.privatelink.snowflakecomputing.com",
    ],
)
def test_an_emulator_on_this_machine_or_a_host_of_snowflake_is_accepted(tmp_path: Path, line: str) -> None:
    name, _, value = line.partition("=")
    assert load(tmp_path, line)[name] == value


def test_a_profile_that_was_not_copied_yet_is_told_with_the_command(tmp_path: Path) -> None:
    (tmp_path / "aws.env.example").write_text("")
    with pytest.raises(LabError, match="no profile 'aws' yet") as caught:
        profile.load("aws", tmp_path)
    assert caught.value.next_command == f"cp {tmp_path}/aws.env.example {tmp_path}/aws.env"


USERS = {
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "sso",
    "AWS_CONFIG_FILE": "/home/me/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/me/.aws/credentials",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/run/token",
    "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ci",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/",
    "SNOWFLAKE_PRIVATE_KEY_FILE_PWD": "passphrase",
}


def test_the_users_own_credentials_are_kept(tmp_path: Path) -> None:
    result = profile.environment(load(tmp_path), USERS)
    assert {name: result.get(name) for name in USERS} == USERS


def test_nothing_else_of_the_user_reaches_an_account(tmp_path: Path) -> None:
    users = {
        "AWS_REGION": "ap-south-1",
        "AWS_DEFAULT_REGION": "ap-south-1",
        "AWS_ENDPOINT_URL": "http://localhost:4566",
        "AWS_ENDPOINT_URL_S3": "http://localhost:9000",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "SNOWFLAKE_ACCOUNT": "production",
        "SNOWFLAKE_PASSWORD": "real",
        "AIRFLOW": "local",
        "RUN_INTERVAL_MINUTES": "0",
        "BUDGET_USD": "1000000",
    }
    wanted = load(tmp_path)
    result = profile.environment(wanted, users)
    assert {name: result.get(name) for name in users} == {name: wanted.values.get(name) for name in users}


def test_a_profile_of_aws_that_is_named_wins_over_keys_in_the_shell(tmp_path: Path) -> None:
    """botocore asks the environment's keys before AWS_PROFILE, so that they would deploy elsewhere."""
    result = profile.environment(load(tmp_path, "AWS_PROFILE=lab"), USERS)
    assert result["AWS_PROFILE"] == "lab"
    assert result["AWS_CONFIG_FILE"] == USERS["AWS_CONFIG_FILE"]
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ROLE_ARN"} & set(result)


def test_a_local_profile_refuses_a_misspelt_setting_too(tmp_path: Path) -> None:
    path = tmp_path / "own.env"
    path.write_text((paths.ROOT / "profiles" / "local.env").read_text() + "AIRFLOW_PROT=8081\n")
    with pytest.raises(LabError, match=r"AIRFLOW_PROT is no setting .* The nearest is AIRFLOW_PORT"):
        profile.load(str(path))
