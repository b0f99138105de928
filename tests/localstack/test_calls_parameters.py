"""What is kept of a call's parameters."""

from io import BytesIO
from typing import Any

import pytest
from lab_localstack.calls.parameters import example, measure, pattern


@pytest.mark.parametrize(
    ("parameters", "kept"),
    [
        pytest.param({"Bucket": "b", "Key": None}, {"Bucket": "b"}, id="none is left out"),
        pytest.param({"Data": b"1234"}, {"Data": {"$bytes": 4}}, id="bytes are counted"),
        pytest.param({"Body": BytesIO(b"x")}, {"Body": {"$stream": True}}, id="a stream is not read"),
        pytest.param({"Records": [1] * 500}, {"Records": [1] * 20}, id="a list's beginning"),
    ],
)
def test_an_example_can_be_written_as_json(parameters: dict[str, Any], kept: dict[str, Any]) -> None:
    assert example(parameters) == kept


def test_sizes_are_the_largest_of_all_calls() -> None:
    sizes: dict[str, int] = {}

    assert measure([{"Data": b"123", "Key": "é"}, {"Data": b"1"}], sizes, "Records")
    assert not measure([{"Data": b"12"}], sizes, "Records")

    assert sizes == {"Records": 2, "Records[]": 2, "Records[].Data": 3, "Records[].Key": 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"Key": "raw/dt=2026-11-01/a-17.gz"}, {"Key": "raw/dt=2026-12-24/a-4.gz"}, id="numbers in names"),
        pytest.param(
            {"Key": "data/00000-5bdf2b8e-f1ba-4aca-bdfe-cadcfeadbead.parquet"},
            {"Key": "data/00001-cadcfead-beef-4aca-bdfe-5bdf2b8ef1ba.parquet"},
            id="random names",
        ),
        pytest.param({"ShardIterator": "abc"}, {"ShardIterator": "xyz"}, id="tokens"),
        pytest.param({"Records": [b"1"]}, {"Records": [b"2", b"3"]}, id="counts"),
    ],
)
def test_calls_of_one_kind_have_one_pattern(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert pattern(one) == pattern(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"Key": "raw/a"}, {"Key": "landing/a"}, id="folders"),
        pytest.param({"Bucket": "b"}, {"Bucket": "b", "Prefix": "raw/"}, id="parameters"),
        pytest.param({"RoleArn": "role/glue"}, {"RoleArn": "role/emr"}, id="names"),
    ],
)
def test_calls_that_a_policy_may_tell_apart_have_two(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert pattern(one) != pattern(other)
