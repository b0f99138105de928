"""archive_records: whatever the records hold, they come back from the archive as they were."""

import base64
import gzip
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


@pytest.fixture
def handler(load_handler: Callable[[str], ModuleType]) -> ModuleType:
    return load_handler("archive_records")


def record(sequence: int, data: bytes = b"", partition_key: str = "user", arrived: float = 0.0) -> dict[str, Any]:
    kinesis = {
        "partitionKey": partition_key,
        "sequenceNumber": str(sequence),
        "data": base64.b64encode(data).decode(),
        "approximateArrivalTimestamp": arrived,
    }
    return {"eventID": f"shardId-000000000001:{sequence}", "eventSourceARN": "arn:x:stream/s", "kinesis": kinesis}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.binary(max_size=200), st.text(min_size=1, max_size=50), st.floats(0, 4e9)), min_size=1, max_size=20
    )
)
def test_every_record_comes_back_as_it_was(handler: ModuleType, given_records: list[tuple[bytes, str, float]]) -> None:
    records = [record(number, *each) for number, each in enumerate(given_records)]

    lines = [json.loads(each) for each in gzip.decompress(handler.archive("s", "shard", records)).split(b"\n")[:-1]]

    found = [(base64.b64decode(line["data"]), line["partition_key"], line["sequence_number"]) for line in lines]
    assert found == [(data, key, str(number)) for number, (data, key, _) in enumerate(given_records)]


ARRIVALS = [
    pytest.param(0.0, "1970-01-01T00:00:00.000Z", id="zero"),
    pytest.param(1_795_000_000.5, "2026-11-18T11:06:40.500Z", id="half a second"),
    pytest.param(1_795_000_000.0009999, "2026-11-18T11:06:40.001Z", id="rounded to the nearest millisecond"),
    pytest.param(1_795_000_000.999, "2026-11-18T11:06:40.999Z", id="a fraction no float holds exactly"),
]


@pytest.mark.parametrize(("seconds", "text"), ARRIVALS)
def test_arrival_is_written_in_milliseconds_of_utc(handler: ModuleType, seconds: float, text: str) -> None:
    assert handler.line("s", "shard", record(1, arrived=seconds)["kinesis"])["arrived_at"] == text


def test_the_key_is_dated_by_the_first_record(handler: ModuleType) -> None:
    records = [record(5, arrived=3_599.0), record(6, arrived=3_601.0)]

    key = handler.key_of("viewership-stream", "shardId-000000000001", records)

    assert key == "raw/viewership-stream/dt=1970-01-01/hr=00/shardId-000000000001-5-6.jsonl.gz"
