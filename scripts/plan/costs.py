"""What a profile's choices cost, each beside its alternatives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scripts.cost import Prices, Workload, bill, monthly
from scripts.cost.workload import AGGREGATE_WORKERS, EMR_WORKER_CORES, MONTH_HOURS

RUN_INTERVALS = (5, 15, 60)
STREAM_TRIGGERS = (10, 60, 300)
BATCH_WINDOWS = (1, 60, 300)
MAXIMUM_VCPU = 16
"""Of the EMR application, as infra/template.yaml has it."""
CREDIT_QUOTA = 100
"""Of a month, at which the resource monitor of snowflake/01_database.sql stops the warehouse."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to set a choice, and what a month of everything costs then."""

    setting: str
    meaning: str
    dollars_a_month: float
    chosen: bool


def choices(work: Workload, prices: Prices) -> Iterator[Choice]:
    """Of each choice, every way to set it, with the rest as it is."""

    def choice(setting: str, meaning: str, **changes: object) -> Choice:
        other = work.but(**changes)
        return Choice(setting, meaning, monthly(bill(other, prices)), other == work)

    yield choice("AIRFLOW=mwaa", "a managed environment and its NAT gateway", airflow="mwaa")
    yield choice("AIRFLOW=local", "this machine's Airflow, while this machine is on", airflow="local")
    for minutes in sorted({*RUN_INTERVALS, work.run_interval_minutes}):
        words = f"a run every {minutes} minutes at most" if minutes else "a run after each batch"
        yield choice(f"RUN_INTERVAL_MINUTES={minutes}", words, run_interval_minutes=minutes)
    for seconds in sorted({*STREAM_TRIGGERS, work.stream_trigger_seconds}):
        words = f"a commit every {seconds} s"
        yield choice(f"STREAM_TRIGGER_SECONDS={seconds}", words, stream_trigger_seconds=seconds)
    for seconds in sorted({*BATCH_WINDOWS, work.batch_window_seconds}):
        words = f"an archive object a shard every {seconds} s"
        yield choice(f"BATCH_WINDOW_SECONDS={seconds}", words, batch_window_seconds=seconds)
    for minutes in sorted({0, work.stream_idle_minutes or 30}):
        words = f"the streaming job leaves {minutes} minutes after the last record" if minutes else "it never leaves"
        yield choice(f"STREAM_IDLE_MINUTES={minutes}", words, stream_idle_minutes=minutes)
    yield choice("StreamMode: PROVISIONED", f"{work.shards:,} shards, in infra/template.yaml", on_demand=False)
    yield choice("StreamMode: ON_DEMAND", "as many shards as it takes, paid by the gigabyte", on_demand=True)


def outgrown(work: Workload, shards: int) -> Iterator[str]:
    """What must be turned up in the template before these events fit, a sentence each.

    Args:
        work: what is asked of it.
        shards: how many the template makes.
    """
    if work.shards > shards:
        yield (
            f"{work.events_per_second:,.0f} events/s take {work.shards:,} shards, and the template makes {shards}: "
            "ShardCount of ViewershipStream in infra/template.yaml."
        )
    cores = (work.stream_workers + AGGREGATE_WORKERS) * EMR_WORKER_CORES
    if cores > MAXIMUM_VCPU:
        yield (
            f"The streaming job and an aggregation take {cores:,} vCPU, and the EMR application may have "
            f"{MAXIMUM_VCPU}: MaximumCapacity of EmrApplication in infra/template.yaml."
        )
    spent = work.credits * MONTH_HOURS
    if spent > CREDIT_QUOTA:
        yield (
            f"The warehouse would take {spent:,.0f} credits a month, and its monitor stops it at {CREDIT_QUOTA}, "
            f"after {30 * CREDIT_QUOTA / spent:,.0f} days: CREDIT_QUOTA in snowflake/01_database.sql."
        )
