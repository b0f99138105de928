"""Landing to silver: the viewers' demographics, merged by user_id; bad lines are kept with their reason.

    merge_demographics.py --lake-bucket NAME

A viewer in several files is as the newest file says; a viewer who is in none any more stays. When the files say
nothing new, nothing is committed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import SparkSession

from jobs.conflicts import retried
from jobs.landing import keep_bad_lines, read_landing
from jobs.merge import upsert
from jobs.reference import DEMOGRAPHICS as FILES
from jobs.session import lake_session
from jobs.tables import DEMOGRAPHICS, create


@dataclass(frozen=True, slots=True)
class Merged:
    """How many viewers were new or had changed, and how many lines are bad."""

    viewers: int
    bad_lines: int


def merge(spark: SparkSession, lake: str) -> Merged:
    """Bring silver.demographics to what the files say."""
    create(spark, DEMOGRAPHICS)
    landing = read_landing(spark, lake, FILES)
    if landing is None:
        return Merged(0, 0)
    changed = landing.rows.exceptAll(spark.table(DEMOGRAPHICS.full_name)).localCheckpoint()
    viewers = changed.count()
    if viewers:
        upsert(spark, DEMOGRAPHICS, changed, "user_id")
    return Merged(viewers, keep_bad_lines(spark, FILES, landing.bad_lines))


def main(argv: Sequence[str]) -> None:
    """Merge what there is, and say what was done."""
    parser = argparse.ArgumentParser(prog="merge_demographics.py")
    parser.add_argument("--lake-bucket", required=True)
    arguments, _ = parser.parse_known_args(argv)
    spark = lake_session("merge_demographics", arguments.lake_bucket)
    done = retried(lambda: merge(spark, f"s3://{arguments.lake_bucket}"))
    print(f"merge_demographics: {done}", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
