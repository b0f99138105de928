"""The main job as a user runs it, small: 2,000 events through every part of the chain."""

import os
import signal
import subprocess

import psutil
import pytest

from tests.e2e.conftest import EVENTS, PATIENCE, Lab, wait_until


def test_the_last_line_says_that_the_ledger_balances(first_run: str) -> None:
    last = first_run.strip().splitlines()[-1]
    assert last.startswith(f"LEDGER produced={EVENTS} ")
    assert last.endswith(" in_flight=0 BALANCED")


def test_the_report_holds_the_figures_of_the_closing_line(lab: Lab, first_run: str) -> None:
    report = lab.report()
    last = first_run.strip().splitlines()[-1]
    for key in ("produced", "loaded", "quarantined", "duplicates", "in_flight"):
        assert f"{key}={report[key]} " in last
    assert report["loaded"] + report["quarantined"] + report["duplicates"] == EVENTS
    assert report["received"] == report["bronze"] == EVENTS
    assert report["unclaimed"] == 0


def test_every_reason_of_quarantine_was_met_and_judged_as_it_was_made(lab: Lab, first_run: str) -> None:
    reasons = lab.ledger()["quarantined_by_reason"]
    assert len(reasons) == 10
    assert all(row["claimed"] == row["quarantined"] > 0 for row in reasons.values())


def test_every_service_listens_on_this_machine_only(lab: Lab, first_run: str) -> None:
    ours = {process.pid for process in lab_processes(lab)}
    outside = [
        connection.laddr
        for connection in psutil.net_connections(kind="tcp")
        if connection.pid in ours
        and connection.status == psutil.CONN_LISTEN
        and connection.laddr
        and connection.laddr.ip.removeprefix("::ffff:") not in {"127.0.0.1", "::1"}
    ]
    assert outside == []


def test_a_second_run_starts_nothing_twice_and_balances_in_total(lab: Lab, first_run: str) -> None:
    before = programs(lab)
    lab.run("e2e", "--events", str(EVENTS))
    assert programs(lab) == before
    ledger = lab.ledger()
    assert ledger["balanced"]
    assert ledger["produced"] == 2 * EVENTS
    assert [run["produced"] for run in ledger["runs"]] == [EVENTS, EVENTS]


@pytest.mark.parametrize(
    "victims",
    [
        pytest.param(("spark-worker", "airflow-scheduler", "snowflake", "airflow-triggerer"), id="who moves the data"),
        pytest.param(
            ("localstack", "spark-master", "airflow-webserver", "airflow-dag-processor", "dashboard"), id="the rest"
        ),
    ],
)
def test_a_run_balances_although_services_are_killed(lab: Lab, first_run: str, victims: tuple[str, ...]) -> None:
    produced = lab.ledger()["produced"]
    running = subprocess.Popen(
        lab.command("e2e", "--events", str(EVENTS)), env=lab.environment, stdout=subprocess.PIPE, text=True
    )
    try:
        wait_until(lambda: has_put(lab, produced + EVENTS), "the records are claimed")
        for victim in victims:
            os.kill(programs(lab)[victim], signal.SIGKILL)
        output, _ = running.communicate(timeout=2 * PATIENCE)
    finally:
        running.kill()
        running.communicate()
    assert output.strip().splitlines()[-1].endswith(" BALANCED")
    assert lab.ledger()["balanced"]


def has_put(lab: Lab, produced: int) -> bool:
    return bool(lab.ledger()["produced"] >= produced)


def programs(lab: Lab) -> dict[str, int]:
    """The pid of every service, as supervisord knows it."""
    from scripts import supervisor

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(lab.var))
        return {program.name: program.pid for program in supervisor.programs()}


def lab_processes(lab: Lab) -> list[psutil.Process]:
    from scripts import supervisor

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(lab.var))
        return supervisor.processes()


def test_status_shows_every_service_running(lab: Lab, first_run: str) -> None:
    output = lab.run("status").stdout
    assert output.count("RUNNING") == len(programs(lab)) == 9


def test_down_leaves_no_process_and_frees_the_ports(lab: Lab, first_run: str) -> None:
    family = lab_processes(lab)
    lab.run("down")
    assert [process for process in family if process.is_running()] == []
    assert lab_processes(lab) == []
