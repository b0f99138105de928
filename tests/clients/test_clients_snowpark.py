"""Snowpark's DataFrame basics."""

from collections.abc import Iterator

import pytest
from snowflake.snowpark import Session
from snowflake.snowpark.functions import col
from snowflake.snowpark.functions import sum as total


@pytest.fixture
def session(settings: dict[str, object]) -> Iterator[Session]:
    made = Session.builder.configs(settings).create()
    made.sql("CREATE TABLE VIEWS (CHANNEL VARCHAR, MINUTES INT)").collect()
    made.sql("INSERT INTO VIEWS VALUES ('NEWS', 10), ('SPORT', 20), ('NEWS', 30)").collect()
    yield made
    made.close()


def test_rows_are_filtered_and_totalled(session: Session) -> None:
    rows = session.table("VIEWS").filter(col("MINUTES") > 10).group_by("CHANNEL").agg(total("MINUTES")).collect()
    assert sorted(tuple(row) for row in rows) == [("NEWS", 30), ("SPORT", 20)]


def test_a_table_is_overwritten_then_appended_to(session: Session) -> None:
    views = session.table("VIEWS")
    for mode, rows in [("overwrite", 3), ("overwrite", 3), ("append", 6)]:
        views.write.save_as_table("KEPT", mode=mode)
        assert session.table("KEPT").count() == rows


def test_a_table_becomes_a_frame(session: Session) -> None:
    assert session.table("VIEWS").sort("MINUTES").to_pandas()["MINUTES"].tolist() == [10, 20, 30]


def test_a_frame_of_local_rows_is_made(session: Session) -> None:
    assert session.create_dataframe([(1, "a")], schema=["N", "WORD"]).collect()[0].as_dict() == {"N": 1, "WORD": "a"}


def test_rows_are_updated_and_deleted(session: Session) -> None:
    views = session.table("VIEWS")
    assert views.update({"MINUTES": 11}, col("MINUTES") == 10).rows_updated == 1
    assert views.delete(col("CHANNEL") == "SPORT").rows_deleted == 1
    assert sorted(row["MINUTES"] for row in views.collect()) == [11, 30]
