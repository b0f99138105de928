"""The local Airflow behind MWAA's REST call: tokens, and what happens when it is not there."""

import socket
from collections.abc import Iterator

import pytest
from lab_localstack.mwaa.airflow import Airflow, AirflowDownError, Answer

from tests.fake_airflow import AirflowServer, FakeAirflow


@pytest.fixture
def server() -> Iterator[AirflowServer]:
    with AirflowServer(FakeAirflow()) as running:
        yield running


def test_a_token_is_fetched_once(server: AirflowServer) -> None:
    airflow = Airflow(server.url, "admin", "admin")

    answers = [airflow.call("GET", "/dags/viewership", None, None) for _ in range(3)]

    assert answers == [Answer(200, {"dag_id": "viewership", "is_paused": False})] * 3
    assert server.airflow.tokens_given == 1


def test_a_refused_token_is_renewed(server: AirflowServer) -> None:
    airflow = Airflow(server.url, "admin", "admin")
    airflow.call("GET", "/version", None, None)
    server.airflow.token({"username": "admin", "password": "admin"})  # as after a restart: the old one is worth nothing

    assert airflow.call("GET", "/version", None, None).status == 200


def test_query_and_body_reach_airflow(server: AirflowServer) -> None:
    airflow = Airflow(server.url, "admin", "admin")
    body = {"dag_run_id": "r-1", "logical_date": None}

    assert airflow.call("POST", "/dags/viewership/dagRuns", None, body).status == 200

    queued = airflow.call("GET", "/dags/viewership/dagRuns", {"state": ["queued"]}, None)
    running = airflow.call("GET", "/dags/viewership/dagRuns", {"state": ["running"]}, None)
    assert [run["dag_run_id"] for run in queued.document["dag_runs"]] == ["r-1"]
    assert running.document["dag_runs"] == []


def test_a_wrong_password_is_said_with_the_setting_to_mend(server: AirflowServer) -> None:
    with pytest.raises(AirflowDownError, match=r"gives user admin no token \(401.*AIRFLOW_PASSWORD"):
        Airflow(server.url, "admin", "wrong").call("GET", "/version", None, None)


def test_an_airflow_that_is_not_there_is_said_with_its_address() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}"

        with pytest.raises(AirflowDownError, match=f"Airflow at {url} does not answer"):
            Airflow(url, "admin", "admin").call("GET", "/version", None, None)


def test_a_profile_without_airflow_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_URL", "http://localhost:1")
    monkeypatch.delenv("AIRFLOW_USER", raising=False)
    monkeypatch.delenv("AIRFLOW_PASSWORD", raising=False)

    with pytest.raises(AirflowDownError, match="AIRFLOW_USER, AIRFLOW_PASSWORD not set"):
        Airflow.of_profile()
