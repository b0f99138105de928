"""Single files of the lake, through the file system that Spark uses for their address (S3A, EMRFS, a local folder)."""

from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession


def files(spark: SparkSession, pattern: str) -> list[str]:
    """The addresses of the files that a pattern such as ``s3://lake/landing/x/*.csv`` finds, in order; maybe none."""
    system, path = _open(spark, pattern)
    return sorted(status.getPath().toString() for status in system.globStatus(path) or () if status.isFile())


def write_text(spark: SparkSession, address: str, text: str) -> None:
    """Write a file, in the place of one that is there. On S3 it appears whole or not at all."""
    system, path = _open(spark, address)
    stream = system.create(path, True)
    stream.write(bytearray(text.encode()))
    stream.close()


def _open(spark: SparkSession, address: str) -> tuple[Any, Any]:
    jvm: Any = spark._jvm
    session: Any = spark._jsparkSession
    path = jvm.org.apache.hadoop.fs.Path(address)
    return path.getFileSystem(session.sessionState().newHadoopConf()), path
