"""What of the lab runs on this machine, by profile; and what a user is told of it."""

from configparser import RawConfigParser
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts import cli, health, placement, preflight, profile, status, supervisor
from scripts.errors import LabError
from scripts.profile import Profile
from scripts.runtime.choose import Wish, choose
from tests.unit.scripts.aws_profile import filled_in, load, local_airflow
from tests.unit.scripts.fake_aws import FakeAws, refusal

AIRFLOW = ("airflow-webserver", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")


@pytest.fixture(autouse=True)
def lab_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "var" / "run").mkdir(parents=True)
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def with_local_airflow(folder: Path) -> Profile:
    return load(folder, *local_airflow(), without="AIRFLOW")


def test_a_lab_of_this_machine_runs_all_of_it() -> None:
    assert placement.programs(profile.load("local")) == supervisor.program_names()


def test_with_mwaa_nothing_runs_here(tmp_path: Path) -> None:
    wanted = load(tmp_path)
    assert placement.programs(wanted) == placement.environment_names(wanted) == ()
    assert choose(Wish.AUTO, wanted).runtime.name == "none"


def test_a_local_airflow_runs_with_what_answers_mwaas_call_and_nothing_else(tmp_path: Path) -> None:
    wanted = with_local_airflow(tmp_path)
    assert placement.programs(wanted) == ("localstack", *AIRFLOW)
    assert placement.environment_names(wanted) == ("localstack", "airflow")
    assert choose(Wish.AUTO, wanted).runtime.name == "processes"
    assert preflight.addresses(wanted) == {4566: "LOCALSTACK_PORT", 8080: "AIRFLOW_PORT"}


def test_a_local_airflow_in_containers_is_refused_because_they_get_no_credentials(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="containers would need your AWS credentials") as caught:
        choose(Wish.COMPOSE, with_local_airflow(tmp_path))
    assert caught.value.next_command == "make up PROFILE=aws RUNTIME=processes CONFIRM=123456789012"


def test_supervisord_is_given_the_wanted_programs_alone(lab_var: Path) -> None:
    assert supervisor.config(supervisor.program_names()) == supervisor.CONFIG
    config = RawConfigParser()
    config.read_string(supervisor.config(("localstack", *AIRFLOW)).read_text())
    programs = {name for name in config.sections() if name.startswith("program:")}
    assert programs == {f"program:{name}" for name in ("localstack", *AIRFLOW)}
    assert config["supervisord"]["pidfile"] == "%(ENV_LAB_VAR)s/run/supervisord.pid"


def test_a_real_account_has_a_state_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAB_VAR")
    environment: dict[str, str] = {"PATH": "/usr/bin"}
    monkeypatch.setattr("scripts.profile.os.environ", environment)
    profile.activate(load(tmp_path))
    assert environment["LAB_VAR"].endswith("/var-aws")
    profile.activate(load(tmp_path))
    assert environment["LAB_VAR"].endswith("/var-aws"), "the same again"


def test_an_account_is_reached_with_the_users_own_authorities(tmp_path: Path) -> None:
    """The lab's bundle is made by the warehouse of this machine, which does not run; boto3 would find no file."""
    assert "REQUESTS_CA_BUNDLE" not in profile.environment(load(tmp_path), {})
    users = {"REQUESTS_CA_BUNDLE": "/etc/company.pem"}
    assert profile.environment(load(tmp_path), users)["REQUESTS_CA_BUNDLE"] == "/etc/company.pem"
    emulated = profile.environment(load(tmp_path, "SNOWFLAKE_HOST=localhost"), users)
    assert emulated["REQUESTS_CA_BUNDLE"].endswith("tls/bundle.pem")


def test_what_a_user_waits_for_is_what_the_profile_uses(tmp_path: Path) -> None:
    assert [service.name for service in health.services(load(tmp_path))] == ["AWS", "Snowflake"]
    names = [service.name for service in health.services(with_local_airflow(tmp_path))]
    assert names == ["MWAA's call", "Airflow", "AWS", "Snowflake"]
    assert health.services(profile.load("local")) == health.SERVICES


def test_status_shows_the_accounts_beside_what_runs_here(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ACCOUNTS", health.ACCOUNTS[:1])
    wanted = load(tmp_path)
    console = Console(width=200)
    with console.capture() as captured:
        running = status.show(wanted, cast("Any", choose(Wish.AUTO, wanted).runtime), console)
    assert running
    assert ["aws", "healthy", "123456789012,", "us-east-1"] in [line.split() for line in captured.get().splitlines()]
    assert "nothing of this profile runs on this machine" in captured.get()


def test_an_account_that_refuses_the_credentials_does_not_run(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.answers("sts:GetCallerIdentity", refusal("GetCallerIdentity", "ExpiredToken"))
    monkeypatch.setattr(health, "ACCOUNTS", health.ACCOUNTS[:1])
    assert [program.runs for program in health.seen(load(tmp_path))] == [False]


def test_down_says_that_what_runs_in_aws_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    result = CliRunner().invoke(cli.app, ["--profile", str(filled_in(tmp_path)), "down"])
    assert result.exit_code == 0
    assert "make destroy PROFILE=aws CONFIRM=123456789012" in result.output


def test_a_local_airflow_is_not_started_before_the_account_was_confirmed(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    path = filled_in(tmp_path, *local_airflow(), without="AIRFLOW")
    result = CliRunner().invoke(cli.app, ["--profile", str(path), "up"])
    assert isinstance(result.exception, LabError)
    assert result.exception.next_command == "make up PROFILE=aws CONFIRM=123456789012"


def test_programs_of_another_account_are_not_taken_for_the_profiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Running:
        def environ(self) -> dict[str, str]:
            return profile.environment(profile.load("local"), {})

    monkeypatch.setattr(supervisor, "is_running", lambda: True)
    monkeypatch.setattr(supervisor, "_supervisord", Running)
    with pytest.raises(LabError, match="already runs here with PROFILE_KIND=local, and the profile has aws"):
        supervisor.start(profile.environment(with_local_airflow(tmp_path), {}), ())
