"""merge_demographics: silver says what the files say, and a bad line stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.merge_demographics import Merged, merge
from jobs.tables import DEMOGRAPHICS
from tests.spark.lake import Lake

HEADER = "user_id,gender,age_group,region,subscription_type\n"


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    lake = Lake(spark, tmp_path)
    lake.clear()
    return lake


def viewers(lake: Lake) -> list[tuple[str, str]]:
    return [(row.user_id, row.gender) for row in lake.rows("media_silver.demographics", "user_id", "gender")]


def commits(lake: Lake) -> int:
    return lake.spark.table(f"{DEMOGRAPHICS.full_name}.snapshots").count()


def test_viewers_are_merged_and_those_who_left_the_file_stay(lake: Lake) -> None:
    lake.land("demographics", HEADER + "u1,female,25-34,NA,basic\nu2,male,65+,EMEA,free\n")
    assert merge(lake.spark, lake.address) == Merged(viewers=2, bad_lines=0)
    lake.land("demographics", HEADER + "u1,undisclosed,25-34,NA,basic\nu3,male,18-24,APAC,free\n")
    assert merge(lake.spark, lake.address) == Merged(viewers=2, bad_lines=0)

    assert viewers(lake) == [("u1", "undisclosed"), ("u2", "male"), ("u3", "male")]


def test_a_second_run_and_a_lake_without_files_commit_nothing(lake: Lake) -> None:
    assert merge(lake.spark, lake.address) == Merged(viewers=0, bad_lines=0)
    assert commits(lake) == 0
    lake.land("demographics", HEADER + "u1,female,25-34,NA,basic\n")
    merge(lake.spark, lake.address)

    assert merge(lake.spark, lake.address) == Merged(viewers=0, bad_lines=0)
    assert commits(lake) == 1


def test_of_two_files_the_newer_counts(lake: Lake) -> None:
    lake.land("demographics", HEADER + "u1,female,25-34,NA,basic\n", name="old.csv")
    lake.land("demographics", HEADER + "u1,male,25-34,NA,basic\n", name="a-newer.csv")
    touch(lake.folder / "landing/demographics/old.csv", 1_000_000_000)
    merge(lake.spark, lake.address)

    assert viewers(lake) == [("u1", "male")]


def touch(path: Path, seconds: int) -> None:
    import os

    os.utime(path, (seconds, seconds))


def test_a_bad_line_is_kept_once_with_its_reason_and_text(lake: Lake) -> None:
    lake.land("demographics", (HEADER + "u1,female,25-34,MOON,basic\nu2,male,65+,EMEA,free\nu3,").encode() + b"\xff\n")
    assert merge(lake.spark, lake.address) == Merged(viewers=1, bad_lines=2)
    merge(lake.spark, lake.address)

    assert lake.rows("media_silver.demographics_quarantine", "line_number", "reason", "raw") == [
        (2, "out_of_range", "u1,female,25-34,MOON,basic"),
        (4, "not_utf8", "u3,\\xff"),
    ]
