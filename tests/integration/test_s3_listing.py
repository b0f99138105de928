"""Objects are listed page by page and after any name, whatever their names hold."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.processes("what a list holds is the same, however LocalStack is run")

KEYS = [f"raw/a stream+/dt=2026-11-{day}/hr=0{hour}/ü%.gz" for day in (28, 29, 30) for hour in range(3)]


@pytest.fixture(scope="module")
def s3(aws: Callable[[str], Any]) -> Any:
    """S3 with a bucket of such objects, which keeps versions."""
    client = aws("s3")
    client.create_bucket(Bucket="listed")
    client.put_bucket_versioning(Bucket="listed", VersioningConfiguration={"Status": "Enabled"})
    for key in KEYS:
        client.put_object(Bucket="listed", Key=key, Body=b"")
    return client


LISTS = [
    pytest.param("list_objects_v2", "Contents", id="objects"),
    pytest.param("list_objects", "Contents", id="objects, the old way"),
    pytest.param("list_object_versions", "Versions", id="versions"),
]


@pytest.mark.parametrize(("operation", "member"), LISTS)
def test_pages_hold_every_object_once(s3: Any, operation: str, member: str) -> None:
    pages = s3.get_paginator(operation).paginate(Bucket="listed", PaginationConfig={"PageSize": 2})

    assert [item["Key"] for page in pages for item in page[member]] == KEYS


def test_names_are_encoded_for_whoever_asks(s3: Any) -> None:
    answer = s3.list_objects_v2(Bucket="listed", MaxKeys=1, EncodingType="url")

    assert answer["Contents"][0]["Key"] == quote(KEYS[0])
    assert answer["EncodingType"] == "url"


def test_a_list_begins_after_any_name(s3: Any) -> None:
    after = "raw/a stream+/dt=2026-11-29/hr=02"
    answer = s3.list_objects_v2(Bucket="listed", Prefix="raw/a stream+/", StartAfter=after)

    assert [item["Key"] for item in answer["Contents"]] == KEYS[5:]
    assert answer["StartAfter"] == after


def test_folders_are_told_apart_by_their_plain_names(s3: Any) -> None:
    answer = s3.list_objects_v2(Bucket="listed", Prefix="raw/a stream+/", Delimiter="/")

    days = [item["Prefix"] for item in answer["CommonPrefixes"]]
    assert days == [f"raw/a stream+/dt=2026-11-{day}/" for day in (28, 29, 30)]
