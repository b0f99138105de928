"""The reference files that lie in ``landing/<dataset>/``, as frames: the good rows, and the bad lines kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as sf

from jobs.filesystem import files
from jobs.merge import insert_missing
from jobs.reference import BadLine, Dataset, Row, read_csv
from jobs.tables import create, reference_quarantine


@dataclass(frozen=True, slots=True)
class Landing:
    """What the files of a dataset hold: ``rows`` in its columns, one a key (of several files the newest counts)."""

    rows: DataFrame
    bad_lines: DataFrame


def read_landing(spark: SparkSession, lake: str, dataset: Dataset) -> Landing | None:
    """The files of a dataset below the lake's address; None where there is no file."""
    addresses = files(spark, f"{lake}/landing/{dataset.name}/*.csv")
    if not addresses:
        return None
    # Kept, so that the files are read once, and a file replaced in between cannot show two faces.
    lines = _lines(spark.read.format("binaryFile").load(addresses), dataset).localCheckpoint()
    newest = Window.partitionBy(*dataset.key_columns).orderBy(sf.desc("modified_at"), sf.desc("file"))
    rows = (
        lines.where("reason IS NULL")
        .withColumn("place", sf.row_number().over(newest))
        .where("place = 1")
        .select(*dataset.header)
    )
    bad_lines = lines.where("reason IS NOT NULL")
    return Landing(rows, bad_lines.select(*reference_quarantine(dataset.name).columns))


def keep_bad_lines(spark: SparkSession, dataset: Dataset, bad_lines: DataFrame) -> int:
    """Put the bad lines that are not there yet into the dataset's quarantine table; returns how many lines are bad."""
    count = bad_lines.count()
    if count:
        table = reference_quarantine(dataset.name)
        create(spark, table)
        insert_missing(spark, table, bad_lines, ("file", "modified_at", "line_number"), "modified_at")
        print(f"{count} bad lines in landing/{dataset.name}/ are kept in {table.full_name}", flush=True)
    return count


def _lines(contents: DataFrame, dataset: Dataset) -> DataFrame:
    values = ", ".join(f"{column.name} {column.sql_type}" for column in dataset.columns)
    line = f"line_number INT, raw STRING, reason STRING, sentence STRING, good STRUCT<{values}>"

    @sf.udf(returnType=f"ARRAY<STRUCT<{line}>>", useArrow=False)
    def lines_of(content: bytes) -> list[tuple[Any, ...]]:
        return [_as_columns(line) for line in read_csv(dataset, bytes(content))]

    return contents.select(
        sf.col("path").alias("file"),
        sf.col("modificationTime").alias("modified_at"),
        sf.explode(lines_of("content")).alias("line"),
    ).select("file", "modified_at", "line.*", "line.good.*")


def _as_columns(line: Row | BadLine) -> tuple[Any, ...]:
    if isinstance(line, BadLine):
        return line.line_number, line.raw, line.reason, line.sentence, None
    return line.line_number, None, None, None, line.values
