from pathlib import Path

import pytest

from scripts import profile
from scripts.errors import LabError

LOCAL = """PROFILE_KIND=local
PROJECT=media-stream
RUN_INTERVAL_MINUTES=0
STREAM_TRIGGER_SECONDS=1
STREAM_IDLE_MINUTES=0
BATCH_WINDOW_SECONDS=1
AWS_ENDPOINT_URL=http://localhost:4566
AWS_ACCESS_KEY_ID=test
AWS_SECRET_ACCESS_KEY=test
"""


def write(folder: Path, text: str) -> Path:
    (folder / "local.env").write_text(text)
    return folder


def test_the_committed_local_profile_is_accepted() -> None:
    assert profile.load("local")["AWS_ENDPOINT_URL"].startswith("http://localhost:")


def test_a_profile_can_be_named_by_its_path(tmp_path: Path) -> None:
    write(tmp_path, LOCAL)
    assert profile.load(str(tmp_path / "local.env")).name == "local"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        pytest.param("AWS_ENDPOINT_URL=https://kinesis.us-east-1.amazonaws.com", "amazonaws", id="real AWS"),
        pytest.param("AWS_ENDPOINT_URL_S3=http://10.0.0.7:9000", "10.0.0.7", id="a service's own endpoint"),
        pytest.param("AIRFLOW_URL=http://0.0.0.0:8080", "0.0.0.0", id="every interface"),
        pytest.param("SNOWFLAKE_HOST=abc.snowflakecomputing.com", "snowflakecomputing", id="real Snowflake"),
        pytest.param("SPARK_MASTER_URL=spark://localhost.example.com:7077", "example.com", id="a look-alike name"),
        pytest.param("AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "dummy", id="a real key"),
        pytest.param("AWS_ENDPOINT_URL=", "real AWS", id="no endpoint"),
        pytest.param(
            "SNOWFLAKE_HOST=localhost\nAIRFLOW_URL=http://${SNOWFLAKE_HOST}.com",
            "localhost.com",
            id="made of another setting",
        ),
    ],
)
def test_a_local_profile_refuses_anything_but_this_machine(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(LabError, match=words):
        profile.load("local", write(tmp_path, LOCAL + line + "\n"))


def test_a_local_profile_without_an_endpoint_is_refused_because_calls_would_reach_aws(tmp_path: Path) -> None:
    text = LOCAL.replace("AWS_ENDPOINT_URL=http://localhost:4566\n", "")
    with pytest.raises(LabError, match="real AWS"):
        profile.load("local", write(tmp_path, text))


def test_a_setting_may_be_made_of_those_above_it_whatever_the_users_shell_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_PORT", "9999")
    text = LOCAL + "AIRFLOW_PORT=8081\nAIRFLOW_URL=http://localhost:${AIRFLOW_PORT}\n"
    assert profile.load("local", write(tmp_path, text))["AIRFLOW_URL"] == "http://localhost:8081"


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("AIRFLOW_URL=http://localhost:${AIRFLOW_PORT}", id="set nowhere"),
        pytest.param("AIRFLOW_URL=http://localhost:${AIRFLOW_PORT}\nAIRFLOW_PORT=8081", id="set below"),
        pytest.param("AIRFLOW_URL=http://localhost:${AIRFLOW_PORT:-8080}", id="with a default"),
    ],
)
def test_a_setting_made_of_what_is_not_set_above_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setenv("AIRFLOW_PORT", "9999")
    with pytest.raises(LabError, match=r"AIRFLOW_URL .* refers to AIRFLOW_PORT, which is not set above it"):
        profile.load("local", write(tmp_path, LOCAL + line + "\n"))


def test_the_key_of_a_made_up_account_is_a_dummy_too(tmp_path: Path) -> None:
    loaded = profile.load("local", write(tmp_path, LOCAL.replace("KEY_ID=test", "KEY_ID=123456789012")))
    assert loaded["AWS_ACCESS_KEY_ID"] == "123456789012"


def test_an_unknown_profile_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="Profiles here: local"):
        profile.load("prod", write(tmp_path, LOCAL))


def test_the_users_own_account_never_reaches_a_process(tmp_path: Path) -> None:
    users = {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SESSION_TOKEN": "token",
        "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com",
        "AWS_CONFIG_FILE": "/home/me/.aws/config",
        "SNOWFLAKE_PASSWORD": "real",
        "AIRFLOW__CORE__SQL_ALCHEMY_CONN": "postgresql://prod",
        "PYTHONPATH": "/somewhere",
        "PATH": "/usr/bin",
    }
    result = profile.environment(profile.load("local"), users)
    assert result["AWS_ACCESS_KEY_ID"] == "test"
    assert result["AWS_CONFIG_FILE"] == "/dev/null"
    assert result["SNOWFLAKE_PASSWORD"] == "lab"
    assert result["PATH"] == "/usr/bin"
    gone = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AIRFLOW__CORE__SQL_ALCHEMY_CONN", "PYTHONPATH"}
    assert not gone & set(result)


def test_calls_to_this_machine_bypass_a_proxy() -> None:
    result = profile.environment(profile.load("local"), {"NO_PROXY": "corp.example"})
    assert result["NO_PROXY"] == "corp.example,localhost,127.0.0.1"
    assert result["no_proxy"].endswith("localhost,127.0.0.1")


def test_only_a_container_may_listen_on_more_than_loopback() -> None:
    assert "LAB_LISTEN" not in profile.environment(profile.load("local"), {"LAB_LISTEN": "0.0.0.0"})


def test_the_users_own_authorities_are_handed_on_beside_the_labs_bundle() -> None:
    local = profile.load("local")
    result = profile.environment(local, {"REQUESTS_CA_BUNDLE": "/etc/company.pem"})
    assert result["LAB_TRUSTED_CAS"] == "/etc/company.pem"
    assert result["REQUESTS_CA_BUNDLE"] != "/etc/company.pem"
    assert profile.environment(local, result)["LAB_TRUSTED_CAS"] == "/etc/company.pem"
    assert "LAB_TRUSTED_CAS" not in profile.environment(local, {})
