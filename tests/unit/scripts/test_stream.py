"""The streaming job: one run with this code and this trigger, whatever ran before."""

from collections.abc import Iterator
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest

from scripts import stream
from scripts.stack import Outputs

OUTPUTS = replace(Outputs(**{each.name: each.name for each in fields(Outputs)}), stream_trigger_seconds="60")


class FakeEmr:
    """As much of EMR Serverless as the streaming job needs: a run that is started runs, one that is cancelled ends."""

    def __init__(self) -> None:
        self.runs: dict[str, dict[str, Any]] = {}

    def start_job_run(self, **request: Any) -> dict[str, str]:
        run_id = f"run-{len(self.runs) + 1}"
        self.runs[run_id] = request | {"jobRunId": run_id, "state": "RUNNING"}
        return {"jobRunId": run_id}

    def get_job_run(self, applicationId: str, jobRunId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"jobRun": self.runs[jobRunId]}

    def cancel_job_run(self, applicationId: str, jobRunId: str) -> None:  # noqa: N803 - boto3's names
        self.runs[jobRunId]["state"] = "CANCELLED"

    def get_paginator(self, operation: str) -> "FakeEmr":
        assert operation == "list_job_runs"
        return self

    def paginate(self, states: list[str], **_: Any) -> Iterator[dict[str, Any]]:
        found = [(key, run) for key, run in self.runs.items() if run["state"] in states]
        yield {"jobRuns": [{"id": key, "name": run["name"], "state": run["state"]} for key, run in found]}

    def states(self) -> list[str]:
        """The state of each run, in the order they were started."""
        return [run["state"] for run in self.runs.values()]


@pytest.fixture
def emr() -> FakeEmr:
    return FakeEmr()


def ensure(emr: FakeEmr, outputs: Outputs) -> str:
    session = SimpleNamespace(region_name="eu-central-1", client=lambda _service: emr)
    return stream.ensure(cast("boto3.Session", session), outputs, lambda _: None)


def test_the_job_commits_as_often_as_the_stack_says(emr: FakeEmr) -> None:
    run = emr.runs[ensure(emr, OUTPUTS)]

    arguments = run["jobDriver"]["sparkSubmit"]["entryPointArguments"]
    assert arguments[arguments.index("--trigger") + 1] == "60 seconds"


def test_a_run_with_the_same_code_and_trigger_is_left_alone(emr: FakeEmr) -> None:
    assert ensure(emr, OUTPUTS) == ensure(emr, OUTPUTS)

    assert emr.states() == ["RUNNING"]


CHANGES = [
    pytest.param({"stream_trigger_seconds": "1"}, id="another trigger"),
    pytest.param({"code_version": "0123456789ab"}, id="another code"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_code_or_trigger_takes_the_place_of_the_run(emr: FakeEmr, change: dict[str, str]) -> None:
    before = ensure(emr, OUTPUTS)

    after = ensure(emr, replace(OUTPUTS, **change))

    assert after != before
    assert emr.states() == ["CANCELLED", "RUNNING"]
