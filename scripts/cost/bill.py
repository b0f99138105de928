"""The bill of an hour: a line a service, made of a workload's quantities and the list prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scripts.cost import workload as assumed
from scripts.cost.prices import Prices
from scripts.cost.workload import HOUR_SECONDS, MONTH_HOURS, Workload

GB = 1e9
KIB = 1024


@dataclass(frozen=True, slots=True)
class Line:
    """What a service costs in an hour, and what for."""

    service: str
    reason: str
    dollars_an_hour: float

    @property
    def dollars_a_month(self) -> float:
        """Of 730 hours."""
        return self.dollars_an_hour * MONTH_HOURS


def monthly(lines: Sequence[Line]) -> float:
    """The sum of a month."""
    return sum(line.dollars_a_month for line in lines)


def bill(work: Workload, prices: Prices) -> list[Line]:
    """A line a service. Storage is that of the first month: it grows from nothing, so half of its end counts."""
    lines = [kinesis(work, prices), lambdas(work, prices), s3(work, prices), glue(work, prices), emr(work, prices)]
    lines += [endpoints(work, prices)]
    if work.airflow == "mwaa":
        lines += [mwaa(work, prices), network(work, prices)]
    return [*lines, snowflake(work, prices), *small(work, prices)]


def kinesis(work: Workload, prices: Prices) -> Line:
    """Shards and payload units, or the gigabytes of an on-demand stream."""
    if work.on_demand:
        gb = work.events * -(-assumed.EVENT_BYTES // KIB) * KIB / GB
        out = work.events * assumed.EVENT_BYTES * assumed.CONSUMERS / GB
        dollars = (
            prices.of("kinesis", "on_demand_stream_hour")
            + gb * prices.of("kinesis", "on_demand_gb_in")
            + out * prices.of("kinesis", "on_demand_gb_out")
        )
        return Line("Kinesis", f"on demand: {gb:,.1f} GB in, {out:,.1f} GB out an hour", dollars)
    dollars = work.shards * prices.of("kinesis", "shard_hour")
    dollars += work.events / 1e6 * prices.of("kinesis", "put_million_units")
    return Line("Kinesis", f"{work.shards:,} shards, {work.events / 1e6:,.1f} M records an hour", dollars)


def lambdas(work: Workload, prices: Prices) -> Line:
    """The archive of the stream; and with MWAA the trigger."""
    seconds = work.archive_invocations * assumed.ARCHIVE_SECONDS + work.events * assumed.ARCHIVE_EVENT_SECONDS
    gb_seconds, requests = seconds * assumed.ARCHIVE_GB, work.archive_invocations
    if work.airflow == "mwaa":
        gb_seconds += work.trigger_invocations * assumed.TRIGGER_SECONDS * assumed.TRIGGER_GB
        requests += work.trigger_invocations
    dollars = gb_seconds * prices.of("lambda", "gb_second") + requests / 1e6 * prices.of("lambda", "million_requests")
    return Line("Lambda", f"{requests:,.0f} invocations an hour", dollars)


def s3(work: Workload, prices: Prices) -> Line:
    """Requests by the pace of commits, archives and runs; and what is kept."""
    puts = work.archive_invocations + work.commits * assumed.COMMIT_PUTS + work.runs * assumed.RUN_PUTS
    gets = work.commits * assumed.COMMIT_PUTS * assumed.FILE_GETS + work.runs * assumed.RUN_GETS
    gb_month = work.events * assumed.STORED_BYTES / GB * MONTH_HOURS
    dollars = puts / 1000 * prices.of("s3", "thousand_puts") + gets / 1000 * prices.of("s3", "thousand_gets")
    dollars += gb_month / 2 * prices.of("s3", "gb_month") / MONTH_HOURS
    return Line("S3", f"{puts + gets:,.0f} requests an hour, {gb_month:,.0f} GB more each month", dollars)


def glue(work: Workload, prices: Prices) -> Line:
    """clean_viewership, once a run."""
    dpu_hours = (work.runs * assumed.GLUE_FIXED_DPU_SECONDS + work.core_seconds / assumed.DPU_CORES) / HOUR_SECONDS
    dollars = dpu_hours * prices.of("glue", "dpu_hour")
    return Line("Glue", f"{work.runs:,.1f} runs, {dpu_hours:,.2f} DPU-hours an hour", dollars)


def emr(work: Workload, prices: Prices) -> Line:
    """The streaming job, on while records come, and the aggregation, once a run."""
    fixed = work.runs * assumed.AGGREGATE_FIXED_SECONDS * assumed.AGGREGATE_WORKERS * assumed.EMR_WORKER_CORES
    cores = work.stream_workers * assumed.EMR_WORKER_CORES + (fixed + work.core_seconds) / HOUR_SECONDS
    gb = cores * assumed.EMR_WORKER_GB / assumed.EMR_WORKER_CORES
    dollars = cores * prices.of("emr_serverless", "vcpu_hour") + gb * prices.of("emr_serverless", "gb_hour")
    return Line("EMR Serverless", f"{work.stream_workers:,} workers stream, {cores:,.1f} vCPU in all", dollars)


def endpoints(work: Workload, prices: Prices) -> Line:
    """What Spark reaches Kinesis and Glue by; what it reads of the stream comes through."""
    gb = work.events * assumed.EVENT_BYTES / GB
    dollars = assumed.ENDPOINTS * prices.of("endpoints", "interface_hour") + gb * prices.of("endpoints", "gb")
    return Line("VPC endpoints", f"{assumed.ENDPOINTS} interfaces, {gb:,.1f} GB an hour", dollars)


def mwaa(_work: Workload, prices: Prices) -> Line:
    """An environment of the smallest class that the template asks for, with one worker."""
    dollars = prices.of("mwaa", "small_environment_hour")
    dollars += assumed.MWAA_DATABASE_GB * prices.of("mwaa", "database_gb_month") / MONTH_HOURS
    return Line("MWAA", "mw1.small, used or not", dollars)


def network(work: Workload, prices: Prices) -> Line:
    """MWAA's way out."""
    gb = assumed.MWAA_NAT_GB_HOUR + work.runs * assumed.RUN_NAT_GB
    dollars = (
        prices.of("network", "nat_hour") + prices.of("network", "address_hour") + gb * prices.of("network", "nat_gb")
    )
    return Line("NAT gateway", "one, for MWAA", dollars)


def snowflake(work: Workload, prices: Prices) -> Line:
    """The warehouse while it is awake, and what it keeps."""
    tb_month = work.events * assumed.WAREHOUSE_BYTES / 1e12 * MONTH_HOURS
    dollars = work.credits * prices.of("snowflake", "credit")
    dollars += tb_month / 2 * prices.of("snowflake", "tb_month") / MONTH_HOURS
    return Line("Snowflake", f"{work.credits:.2f} credits an hour (X-Small)", dollars)


def small(work: Workload, prices: Prices) -> list[Line]:
    """What hardly counts, and is billed all the same."""
    secrets = assumed.SECRETS * prices.of("secrets_manager", "secret_month") / MONTH_HOURS
    secrets += work.runs * assumed.RUN_SECRET_CALLS / 1e4 * prices.of("secrets_manager", "ten_thousand_calls")
    log_gb = work.runs * assumed.RUN_LOG_GB + work.archive_invocations * assumed.INVOCATION_LOG_GB
    watch = assumed.ALARMS * prices.of("cloudwatch", "alarm_month") / MONTH_HOURS
    watch += log_gb * prices.of("cloudwatch", "log_gb")
    queues = (assumed.POLLS_HOUR + work.commits) / 1e6 * prices.of("messages", "million_requests")
    keys = work.shards * assumed.SHARD_KMS_HOUR / 1e4 * prices.of("kms", "ten_thousand_requests")
    return [
        Line("Secrets Manager", f"{assumed.SECRETS} secrets", secrets),
        Line("CloudWatch", f"{assumed.ALARMS} alarms, logs", watch),
        Line("SQS and KMS", "polls, data keys", queues + keys),
    ]
