"""Which DAG an arrival starts, and under which run id: the part of trigger_pipeline that the DAGs have too."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_stream.arrivals import arrival, arrivals

AIRFLOW_RUN_ID = re.compile(r"[A-Za-z0-9_.~:+-]{1,250}")


def event(key: str, **changes: Any) -> dict[str, Any]:
    described = {"key": key, "eTag": "e1", "sequencer": "01", "eventTime": "2026-11-23T10:00:00.000Z"} | changes
    time = described.pop("eventTime")
    return {"eventTime": time, "s3": {"bucket": {"name": "lake"}, "object": described}}


FOLDERS = [
    pytest.param("ops/batches/q-1.json", "viewership", id="a batch manifest"),
    pytest.param("landing/demographics/2026.csv", "demographics", id="demographics"),
]


@pytest.mark.parametrize(("key", "dag_id"), FOLDERS)
def test_the_folder_says_which_dag_reads_an_arrival(key: str, dag_id: str) -> None:
    assert arrival(event(key)).dag_id == dag_id


def test_a_folder_no_dag_reads_is_named() -> None:
    with pytest.raises(LookupError, match=r"no DAG reads 'exports/a\.parquet'; known folders: ops/batches/"):
        arrival(event("exports/a.parquet"))


CHANGES = [
    pytest.param({"eTag": "e2"}, id="another content"),
    pytest.param({"versionId": "v2"}, id="another version"),
    pytest.param({"sequencer": "02"}, id="a later upload"),
    pytest.param({"eventTime": "2026-11-23T11:00:00.000Z"}, id="an older copy put back"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_another_upload_of_an_object_is_another_run(change: dict[str, str]) -> None:
    first, second = (
        arrival(event("ops/batches/q-1.json")),
        arrival(event("ops/batches/q-1.json", **change)),
    )

    assert first.run_id != second.run_id


def test_the_same_event_is_the_same_run() -> None:
    assert arrival(event("ops/batches/q-1.json")) == arrival(event("ops/batches/q-1.json"))


@given(st.text(max_size=300))
def test_any_key_gives_a_run_id_that_airflow_takes(name: str) -> None:
    assert AIRFLOW_RUN_ID.fullmatch(arrival(event(f"ops/batches/{name}")).run_id)


def test_a_message_of_several_objects_is_several_arrivals() -> None:
    body = json.dumps({"Records": [event("ops/batches/q-1.json"), event("landing/demographics/d.csv")]})

    assert [each.dag_id for each in arrivals(body)] == ["viewership", "demographics"]
