"""A stage whose files lie in S3: listed, chosen, loaded and removed there; never sent or fetched by a client."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.processes("what a stage holds is the warehouse's affair, however it is run")

Run = Callable[[str], SnowflakeCursor]


@pytest.fixture(scope="module")
def bucket(aws: Any) -> str:
    name = f"stage-{uuid.uuid4().hex[:8]}"
    s3 = aws("s3")
    s3.create_bucket(Bucket=name)
    for key in ("exports/a.csv", "exports/2026/b.csv", "exports/it's a/c.csv", "other/d.csv"):
        s3.put_object(Bucket=name, Key=key, Body=b"1\n")
    return name


@pytest.fixture(scope="module")
def run(warehouse: Callable[[], SnowflakeConnection], bucket: str) -> Iterator[Run]:
    """Run a statement where the stage EXPORTS is."""
    with warehouse() as connection:
        cursor = connection.cursor()
        database = f"EXTERNAL_{uuid.uuid4().hex[:8]}"
        cursor.execute(f"CREATE DATABASE {database}")
        cursor.execute(f"CREATE SCHEMA {database}.S")
        cursor.execute(f"CREATE STAGE EXPORTS URL = 's3://{bucket}/exports/'")
        yield lambda statement: cursor.execute(statement) or cursor


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("@EXPORTS", ["2026/b.csv", "a.csv", "it's a/c.csv"]),
        ("@EXPORTS/2026", ["2026/b.csv"]),
        ("'@EXPORTS/it''s a/'", ["it's a/c.csv"]),
        ("@EXPORTS PATTERN = '.*/a[.]csv'", ["a.csv"]),
    ],
)
def test_its_files_are_listed_by_their_addresses(run: Run, bucket: str, what: str, found: list[str]) -> None:
    rows = run(f"LIST {what}").fetchall()
    assert [row[0] for row in rows] == [f"s3://{bucket}/exports/{path}" for path in found]
    assert {row[1:3] for row in rows} == {(2, "b026324c6904b2a9cb4b88d6d61c81d1")}


def test_dropping_the_stage_leaves_its_files_and_removing_them_does_not(run: Run, aws: Any, bucket: str) -> None:
    run(f"CREATE STAGE OTHER URL = 's3://{bucket}/other'")
    run("CREATE TABLE T (A INT)")
    assert run("COPY INTO T FROM @OTHER").fetchall()[0][:2] == (f"s3://{bucket}/other/d.csv", "LOADED")
    run("DROP STAGE OTHER")
    assert aws("s3").list_objects_v2(Bucket=bucket, Prefix="other/")["KeyCount"] == 1
    run(f"CREATE STAGE OTHER URL = 's3://{bucket}/other'")
    assert run("REMOVE @OTHER").fetchall() == [(f"s3://{bucket}/other/d.csv", "removed")]
    assert aws("s3").list_objects_v2(Bucket=bucket, Prefix="other/")["KeyCount"] == 0


@pytest.mark.parametrize("statement", ["PUT file:///tmp/a.csv @EXPORTS", "GET @EXPORTS file:///tmp/"])
def test_clients_use_s3_itself(run: Run, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="external stage") as refused:
        run(statement)
    assert refused.value.errno == 2
