"""What the lab is asked to do, and how much work that is: the quantities that are billed.

Each assumption is a constant with its source. "Measured" is on two shared cores with the local lab, where only ratios
hold: a bill of the first day on AWS is the better source, and changes the constant here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

HOUR_SECONDS = 3600
MONTH_HOURS = 730

EVENT_BYTES = 510
"""Of an event as JSON. Measured: 509.5, of the generator's first 5,000 records of seed 7."""

STORED_BYTES = 400
"""Of an event in the lake: raw (56 in gzip, measured on the same records), silver and exports (56 each, measured in
Parquet), bronze with its sequence numbers (assumed 120); the rest is room for files that Iceberg has replaced."""

WAREHOUSE_BYTES = 100
"""Of an event in Snowflake, with its marts and a day of Time Travel. Assumed: twice its Parquet."""

LEAST_SHARDS = 4
"""As infra/template.yaml makes them."""

SHARD_EVENTS = 800.0
"""A second, of a shard that takes 1,000: partition keys are viewers, and never spread evenly.
Source: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html"""

CONSUMERS = 2
"""Who reads the stream: the streaming job and the archive."""

ARCHIVE_BATCH = 5000
"""Records of one invocation at most, as infra/template.yaml has it."""

ARCHIVE_SECONDS = 0.2
"""Of an invocation, whatever it is given. Measured: 0.02 s warm; the rest is the PUT of one object."""

ARCHIVE_EVENT_SECONDS = 0.00002
"""More for each record. Measured: 5,000 records in 0.1 s."""

ARCHIVE_GB = 0.5
TRIGGER_GB = 0.25
TRIGGER_SECONDS = 4.0
"""Of an invocation that asks Airflow. Measured under load."""

COMMIT_PUTS = 12
"""Objects of a streaming commit: a data file a task, Iceberg's three of metadata, the checkpoint's, a manifest."""

RUN_PUTS = 300
RUN_GETS = 1500
"""Requests of a pipeline run: two jobs over three layers. Assumed, from a run of some 120 files."""

FILE_GETS = 4
"""Reads of each file that the streaming job has written: footer and columns, by the jobs that follow."""

LEAST_RUN_SECONDS = 240
"""Of a pipeline run on AWS: two Spark jobs start cold, a minute each, and work. Assumed; measured locally: 65 s."""

GLUE_FIXED_DPU_SECONDS = 2 * 75
"""Of a run of two G.1X workers without events: start, read of the watermark, an empty MERGE. Assumed; locally 31 s."""

CORE_EVENTS = 35_000
"""Events that a core of Spark deduplicates, joins and aggregates in a second. Measured: 71,000 on two cores."""

DPU_CORES = 4
EMR_WORKER_CORES = 4
EMR_WORKER_GB = 16
"""EMR Serverless's default worker: 4 vCPU, 14 GB and the overhead.
Source: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html"""

STREAM_WORKER_EVENTS = 100_000
"""A second, that one executor of the streaming job takes. Measured: 49,000 to 61,000 on two cores."""

AGGREGATE_WORKERS = 2
AGGREGATE_FIXED_SECONDS = 90
"""Of an aggregation of a driver and an executor without events. Assumed; measured locally: 24 s."""

LOAD_FIXED_SECONDS = 15
"""Of the warehouse for a run without events: COPY, audit, MERGE, marts. Measured locally: 5 s."""

SUSPEND_SECONDS = 60
"""The warehouse waits that long for more, and is paid; snowflake/01_database.sql sets it."""

LOAD_EVENTS = 100_000
"""A second, that an X-Small warehouse copies and merges. Measured locally: 158,000 by COPY alone."""

RUN_SECRET_CALLS = 60
RUN_LOG_GB = 0.005
INVOCATION_LOG_GB = 0.0000004
ENDPOINTS = 2
"""Interfaces in one zone each, as infra/template.yaml makes them: Kinesis, Glue. S3's gateway costs nothing."""

RUN_NAT_GB = 0.02
MWAA_NAT_GB_HOUR = 0.02
MWAA_DATABASE_GB = 10
SECRETS = 9
ALARMS = 3
POLLS_HOUR = 3600
"""Long polls of the queues by Lambda's pollers or by Airflow.
Source: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html"""
SHARD_KMS_HOUR = 36
"""A data key lives five minutes; the producer and both consumers ask for one a shard.
Source: https://docs.aws.amazon.com/streams/latest/dev/creating-using-sse-master-keys.html"""


@dataclass(frozen=True, slots=True)
class Workload:
    """So many events a second, day and night, under the choices of a profile."""

    events_per_second: float
    airflow: Literal["mwaa", "local"] = "mwaa"
    run_interval_minutes: int = 15
    stream_trigger_seconds: int = 60
    stream_idle_minutes: int = 30
    batch_window_seconds: int = 60
    on_demand: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, str], events_per_second: float) -> Workload:
        """Under the choices of a profile's settings."""
        return cls(
            events_per_second,
            "local" if settings.get("AIRFLOW") == "local" else "mwaa",
            int(settings["RUN_INTERVAL_MINUTES"]),
            int(settings["STREAM_TRIGGER_SECONDS"]),
            int(settings["STREAM_IDLE_MINUTES"]),
            int(settings["BATCH_WINDOW_SECONDS"]),
        )

    def but(self, **changes: object) -> Workload:
        """The same with other choices."""
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def events(self) -> float:
        """Of an hour."""
        return self.events_per_second * HOUR_SECONDS

    @property
    def shards(self) -> int:
        """Of a provisioned stream that takes these events."""
        return max(LEAST_SHARDS, math.ceil(self.events_per_second / SHARD_EVENTS))

    @property
    def archive_invocations(self) -> float:
        """Of an hour: one a shard and window, more when a window's records are too many for one."""
        by_window = self.shards * HOUR_SECONDS / self.batch_window_seconds
        return max(by_window, self.events / ARCHIVE_BATCH)

    @property
    def commits(self) -> float:
        """Of the streaming job, of an hour."""
        return HOUR_SECONDS / self.stream_trigger_seconds

    @property
    def trigger_invocations(self) -> float:
        """Of an hour: arrivals within a window share one."""
        return HOUR_SECONDS / max(self.stream_trigger_seconds, self.batch_window_seconds)

    @property
    def runs(self) -> float:
        """Of the pipeline, of an hour: as often as it may, and never two at once."""
        return HOUR_SECONDS / max(self.run_interval_minutes * 60, LEAST_RUN_SECONDS, self.stream_trigger_seconds)

    @property
    def stream_workers(self) -> int:
        """Of the streaming job: its driver and its executors; none once it has left for want of records."""
        if self.stream_idle_minutes and not self.events_per_second:
            return 0
        return 1 + max(1, math.ceil(self.events_per_second / STREAM_WORKER_EVENTS))

    @property
    def core_seconds(self) -> float:
        """Of Spark, for the events of an hour, in one batch job."""
        return self.events / CORE_EVENTS

    @property
    def credits(self) -> float:
        """Of Snowflake, of an hour: an X-Small's is one for an hour of being awake."""
        awake = min(1.0, self.runs * (LOAD_FIXED_SECONDS + SUSPEND_SECONDS) / HOUR_SECONDS)
        return awake + self.events / LOAD_EVENTS / HOUR_SECONDS
