"""The outbox: which exports wait, and when a marker goes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_stream import outbox

BUCKET = "lake"
ROWS = {"viewership": 3, "quarantine": 1, "duplicates": 0, "records": 4} | dict.fromkeys(outbox.TABLES[4:], 2)


@dataclass
class FakeBucket:
    """A bucket in memory, listed in the order of insertion."""

    objects: dict[str, str] = field(default_factory=dict)

    def list_keys(self, bucket_name: str, prefix: str) -> list[str]:
        assert bucket_name == BUCKET
        return [key for key in self.objects if key.startswith(prefix)]

    def read_key(self, key: str, bucket_name: str) -> str:
        assert bucket_name == BUCKET
        return self.objects[key]

    def delete_objects(self, bucket: str, keys: list[str]) -> None:
        assert bucket == BUCKET
        for key in keys:
            self.objects.pop(key, None)


def key(batch: int) -> str:
    return f"ops/exports/through-{batch:012d}.json"


def marker(batch: int, **changes: Any) -> str:
    content = {
        "export_id": f"through-{batch:012d}",
        "through_batch_number": batch,
        "tables": ROWS,
        "events": 3,
        "minutes": 40,
        "ad_revenue": "1.10",
        "first_arrival": "2026-03-10T12:00:00.000250Z",
    }
    return json.dumps({name: value for name, value in (content | changes).items() if value is not None})


def test_exports_wait_in_the_order_they_were_made_and_nothing_else_does() -> None:
    s3 = FakeBucket({"ops/exports/": "", key(10): marker(10), key(9): marker(9), "ops/batches/a.json": "{}"})
    nine, ten = outbox.pending(s3, BUCKET)
    first_arrival = datetime(2026, 3, 10, 12, 0, 0, 250, UTC)
    assert nine == outbox.Export("through-000000000009", 3, 40, Decimal("1.10"), first_arrival, ROWS)
    assert ten.id == "through-000000000010"


def test_settling_deletes_the_markers_of_these_exports_alone_and_twice_is_as_once() -> None:
    s3 = FakeBucket({key(1): marker(1), key(2): marker(2), key(3): marker(3)})
    for _ in range(2):
        outbox.settle(s3, BUCKET, ["through-000000000001", "through-000000000002"])
        assert list(s3.objects) == [key(3)]


@pytest.mark.parametrize(
    ("at", "content"),
    [
        pytest.param("ops/exports/x.json", marker(1), id="a name that is no export's"),
        pytest.param(key(2), marker(1), id="another export's name"),
        pytest.param("ops/exports/through-1'; DROP TABLE x; --.json", marker(1, export_id="'"), id="SQL in the id"),
        pytest.param(key(1), marker(1) + "x", id="not JSON"),
        pytest.param(key(1), "[]", id="not an object"),
        pytest.param(key(1), marker(1, export_id=7), id="an id that is no text"),
        pytest.param(key(1), marker(1, events=None), id="no events"),
        pytest.param(key(1), marker(1, minutes="many"), id="minutes that are no number"),
        pytest.param(key(1), marker(1, ad_revenue="1.1O"), id="revenue that is no number"),
        pytest.param(key(1), marker(1, ad_revenue="NaN"), id="revenue that is not finite"),
        pytest.param(key(1), marker(1, ad_revenue=1.1), id="revenue as a float"),
        pytest.param(key(1), marker(1, tables={**ROWS, "records": -1}), id="rows that are no count"),
        pytest.param(key(1), marker(1, tables={"viewership": 3}), id="no count of a table"),
        pytest.param(key(1), marker(1, first_arrival=None), id="no first arrival"),
        pytest.param(key(1), marker(1, first_arrival="'"), id="a first arrival that is no time"),
        pytest.param(key(1), marker(1, first_arrival="2026-03-10T12:00:00"), id="a first arrival in no zone"),
    ],
)
def test_what_is_no_marker_is_refused_by_name(at: str, content: str) -> None:
    with pytest.raises(ValueError, match="is no marker of") as refused:
        outbox.parse_marker(at, content)
    assert at in str(refused.value)


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_any_content_is_an_export_or_refused(content: str) -> None:
    with pytest.raises(ValueError, match="is no marker of"):
        outbox.parse_marker(key(1), content)
