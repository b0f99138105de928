"""How a mapping's batch is cut into invocations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.lambda_.stream_mapping import ENVELOPE_BYTES, parts


def records(*sizes: int) -> list[dict[str, Any]]:
    return [
        {"SequenceNumber": str(number), "PartitionKey": "", "Data": b"x" * size} for number, size in enumerate(sizes)
    ]


CASES = [
    pytest.param([], [], id="nothing"),
    pytest.param([3, 3], [2], id="small ones together"),
    pytest.param([3000, 3000, 3000], [1, 1, 1], id="each as large as may be"),
    pytest.param([9000, 3], [1, 1], id="one that is too large goes alone"),
]


@pytest.mark.parametrize(("sizes", "lengths"), CASES)
def test_a_batch_is_cut_by_the_size_of_its_events(sizes: list[int], lengths: list[int]) -> None:
    assert [len(part) for part in parts(records(*sizes), limit=6000)] == lengths


@given(st.lists(st.integers(0, 5000), max_size=50))
def test_no_record_is_lost_or_moved(sizes: list[int]) -> None:
    given_records = records(*sizes)

    cut = list(parts(given_records, limit=6000))

    assert [record for part in cut for record in part] == given_records
    for part in cut:
        assert len(part) == 1 or sum(ENVELOPE_BYTES + len(record["Data"]) * 4 / 3 for record in part) <= 6000
