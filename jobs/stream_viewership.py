"""The streaming job: Kinesis → ``glue.media_bronze.viewership_records``, exactly once, and a manifest for each commit.

    stream_viewership.py --lake-bucket NAME --stream-name NAME --region NAME --kinesis-endpoint URL
                         [--initial-position TRIM_HORIZON] [--trigger "1 second"] [--idle-minutes 0]

Bronze keeps each record as it came, in the connector's five columns: no parsing that can fail. The checkpoint, in the
lake's ``checkpoints/``, fixes the records of each batch before it is written, and Iceberg keeps the batch's number in
the commit: a batch that is repeated after a crash holds the same records and is committed once.

SIGTERM ends the job with exit code 0, and so do that many idle minutes without a record, where they are not 0; it goes
on where it stood when it is started again. The query's failure is the job's: its last line is the reason, and the
runtime's retry policy starts it anew.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from time import monotonic

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs.manifest import Manifests
from jobs.session import lake_session

DATABASE = "glue.media_bronze"
TABLE = f"{DATABASE}.viewership_records"

# How soon a finished batch is noticed.
_LOOK_EVERY_SECONDS = 0.25


def create_table(spark: SparkSession) -> None:
    """Create the bronze table (and, without CloudFormation, its database) where it is missing."""
    spark.sql(f"CREATE NAMESPACE IF NOT EXISTS {DATABASE}")
    spark.sql(
        f"""
        CREATE TABLE IF NOT EXISTS {TABLE} (
            data BINARY,
            streamName STRING,
            partitionKey STRING,
            sequenceNumber STRING,
            approximateArrivalTimestamp TIMESTAMP
        )
        USING iceberg
        PARTITIONED BY (hours(approximateArrivalTimestamp))
        TBLPROPERTIES (
            'format-version' = '2',
            'write.distribution-mode' = 'none',
            'write.spark.fanout.enabled' = 'true',
            'write.metadata.delete-after-commit.enabled' = 'true',
            'write.metadata.previous-versions-max' = '20'
        )
        """
    )


def endpoint(default: str) -> str:
    """Where Kinesis answers: where the environment says, as for every SDK, or else AWS's own address.

    The connector demands it, and boto3, which would know it, is not in EMR's Python.

    Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
    """
    return os.environ.get("AWS_ENDPOINT_URL_KINESIS") or os.environ.get("AWS_ENDPOINT_URL") or default


def records(spark: SparkSession, arguments: argparse.Namespace, checkpoint: str) -> DataFrame:
    """The stream's records as they arrive, in the connector's columns."""
    return (
        spark.readStream.format("aws-kinesis")
        .option("kinesis.region", arguments.region)
        .option("kinesis.streamName", arguments.stream_name)
        .option("kinesis.endpointUrl", endpoint(arguments.kinesis_endpoint))
        .option("kinesis.consumerType", "GetRecords")
        .option("kinesis.startingPosition", arguments.initial_position)
        .option("kinesis.metadataPath", checkpoint)
        # Records that expired unread, or a stream made anew under an old checkpoint, end the query with a sentence.
        .option("kinesis.failOnDataLoss", "true")
        .option("kinesis.maxFetchRecordsPerShard", "20000")
        .option("kinesis.describeShardInterval", "10s")
        # About five minutes of an endpoint that does not answer.
        .option("kinesis.clientNumRetries", "35")
        .load()
    )


def start(frame: DataFrame, checkpoint: str, trigger: str) -> StreamingQuery:
    """Write the records into bronze, one commit a batch."""
    return (
        frame.writeStream.format("iceberg")
        .queryName("stream_viewership")
        .outputMode("append")
        .trigger(processingTime=trigger)
        .option("checkpointLocation", checkpoint)
        .option("fanout-enabled", "true")
        .toTable(TABLE)
    )


def follow(query: StreamingQuery, on_progress: Callable[[], Collection[object]], idle_seconds: float = 0) -> None:
    """Call ``on_progress`` after each trigger that did something, until the query ends or idles; raises what ended it.

    A progress is only the occasion: what was committed is read from the table, never from the progress.

    Args:
        query: what runs.
        on_progress: gives the commits since it was called last.
        idle_seconds: how long there may be none before this returns; 0 for ever. A query that is starting or has a
            batch on its way is not idle: whoever leaves has looked at the stream.
    """
    seen: str | None = None
    last_commit = monotonic()
    while not query.awaitTermination(_LOOK_EVERY_SECONDS):  # type: ignore[arg-type]
        progress = query.lastProgress
        if progress is not None and progress["timestamp"] != seen:
            seen = progress["timestamp"]
            if on_progress():
                last_commit = monotonic()
        if idle_seconds and monotonic() - last_commit >= idle_seconds and _waits(query):
            if not on_progress():  # the batch may have ended since its progress was looked for
                return
            last_commit = monotonic()


def _waits(query: StreamingQuery) -> bool:
    """Whether it has begun, and has nothing to do: "Waiting for data to arrive", "Waiting for next trigger"."""
    status = query.status
    return not status["isTriggerActive"] and str(status["message"]).startswith("Waiting")


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The job's arguments; those that the runtime adds are left alone."""
    parser = argparse.ArgumentParser(prog="stream_viewership.py")
    parser.add_argument("--lake-bucket", required=True)
    parser.add_argument("--stream-name", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--kinesis-endpoint", required=True)
    parser.add_argument("--initial-position", default="TRIM_HORIZON")
    parser.add_argument("--trigger", default="1 second")
    parser.add_argument("--idle-minutes", type=float, default=0)
    return parser.parse_known_args(argv)[0]


def main(argv: Sequence[str]) -> None:
    """Run until SIGTERM, until nothing comes any more, or until the query fails."""
    arguments = parse_arguments(argv)
    # Leaving is enough: Spark stops with its driver, and no moment is a bad one for the next start.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    checkpoint = f"s3://{arguments.lake_bucket}/checkpoints/stream_viewership"
    spark = lake_session("stream_viewership", arguments.lake_bucket)
    create_table(spark)
    manifests = Manifests(f"s3://{arguments.lake_bucket}", arguments.stream_name)
    manifests.write_missing(spark, TABLE)
    query = start(records(spark, arguments, checkpoint), checkpoint, arguments.trigger)
    print(f"streaming {arguments.stream_name} into {TABLE} as query {query.id}", flush=True)
    follow(query, lambda: manifests.write_missing(spark, TABLE), arguments.idle_minutes * 60)
    if query.isActive:
        print(f"no record for {arguments.idle_minutes:g} minutes: leaving", flush=True)
        query.stop()
        manifests.write_missing(spark, TABLE)


if __name__ == "__main__":
    main(sys.argv[1:])
