"""The streaming job: one run with this code and this trigger, whatever ran before."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError

from scripts import stream
from scripts.errors import LabError
from scripts.stack import Outputs

OUTPUTS = replace(
    Outputs(**{each.name: each.name for each in fields(Outputs)}), stream_trigger_seconds="60", stream_idle_minutes="30"
)


class ConflictError(ClientError):
    """EMR's ConflictException."""


class FakeEmr:
    """As much of EMR Serverless as the streaming job needs: a run that is started runs, one that is cancelled ends."""

    exceptions = SimpleNamespace(ConflictException=ConflictError)

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}
        self.hidden: set[str] = set()
        """Started since the runs were listed."""

    def start_job_run(self, **request: Any) -> dict[str, str]:
        for run in self.runs.values():
            if run["clientToken"] == request["clientToken"]:
                raise ConflictError({"Error": {"Message": "The client token was used for another."}}, "StartJobRun")
        run_id = f"run-{len(self.runs) + 1}"
        created = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(minutes=len(self.runs))
        self.runs[run_id] = request | {"jobRunId": run_id, "state": "RUNNING", "createdAt": created}
        return {"jobRunId": run_id}

    def get_job_run(self, applicationId: str, jobRunId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"jobRun": self.runs[jobRunId]}

    def cancel_job_run(self, applicationId: str, jobRunId: str) -> None:  # noqa: N803 - boto3's names
        self.runs[jobRunId]["state"] = "CANCELLED"

    def get_paginator(self, operation: str) -> "FakeEmr":
        assert operation == "list_job_runs"
        return self

    def paginate(self, mode: str, **_: Any) -> Iterator[dict[str, Any]]:
        assert mode == "STREAMING"
        shown = ("name", "state", "createdAt")
        for key, run in self.runs.items():
            if key not in self.hidden:
                yield {"jobRuns": [{"id": key, **{name: run[name] for name in shown}}]}

    def states(self) -> list[str]:
        """The state of each run, in the order they were started."""
        return [run["state"] for run in self.runs.values()]


@pytest.fixture
def emr() -> FakeEmr:
    return FakeEmr()


def ensure(emr: FakeEmr, outputs: Outputs) -> str:
    session = SimpleNamespace(region_name="eu-central-1", client=lambda _service: emr)
    return stream.ensure(cast("boto3.Session", session), outputs, lambda _: None)


def test_the_job_commits_as_often_and_leaves_as_early_as_the_stack_says(emr: FakeEmr) -> None:
    run = emr.runs[ensure(emr, OUTPUTS)]

    arguments = run["jobDriver"]["sparkSubmit"]["entryPointArguments"]
    assert arguments[arguments.index("--trigger") + 1] == "60 seconds"
    assert arguments[arguments.index("--idle-minutes") + 1] == "30"


@pytest.mark.parametrize("state", ["SUCCESS", "FAILED", "CANCELLED"])
def test_a_run_that_has_ended_is_followed_by_another(emr: FakeEmr, state: str) -> None:
    before = ensure(emr, OUTPUTS)
    emr.runs[before]["state"] = state

    assert ensure(emr, OUTPUTS) != before
    assert emr.states() == [state, "RUNNING"]


def test_a_run_that_airflow_starts_at_the_same_moment_is_not_joined_by_a_second_one(emr: FakeEmr) -> None:
    left = ensure(emr, OUTPUTS)
    emr.runs[left]["state"] = "SUCCESS"
    resumed = emr.runs[left] | {"clientToken": f"after-{left}"}
    emr.hidden.add(emr.start_job_run(**resumed)["jobRunId"])

    with pytest.raises(LabError, match="started by another at this moment"):
        ensure(emr, replace(OUTPUTS, code_version="0123456789ab"))
    assert emr.states() == ["SUCCESS", "RUNNING"]


def test_a_run_with_the_same_code_and_trigger_is_left_alone(emr: FakeEmr) -> None:
    assert ensure(emr, OUTPUTS) == ensure(emr, OUTPUTS)

    assert emr.states() == ["RUNNING"]


CHANGES = [
    pytest.param({"stream_trigger_seconds": "1"}, id="another trigger"),
    pytest.param({"stream_idle_minutes": "0"}, id="another idle time"),
    pytest.param({"code_version": "0123456789ab"}, id="another code"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_code_or_trigger_takes_the_place_of_the_run(emr: FakeEmr, change: dict[str, str]) -> None:
    before = ensure(emr, OUTPUTS)

    after = ensure(emr, replace(OUTPUTS, **change))

    assert after != before
    assert emr.states() == ["CANCELLED", "RUNNING"]
