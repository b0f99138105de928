"""The end-to-end run: deploy, generate, wait until every record has ended somewhere, and balance the ledger.

Talks to AWS's APIs and to Snowflake only, so that it is the same program on a laptop and on AWS.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError, HTTPClientError

from scripts import dags, generate, ledger, stream
from scripts.deploy import deploy
from scripts.display import Display
from scripts.errors import LabError, Unavailable
from scripts.generate import GenerateSettings, Progress, reference
from scripts.ledger import Ledger, Sources
from scripts.ledger.freshness import bronze_freshness
from scripts.ledger.history import require_one_history
from scripts.ledger.progress import Counter, Counts
from scripts.memory import MemoryWatch
from scripts.profile import Profile
from scripts.report import Report
from scripts.runtime import Runtime
from scripts.stack import Outputs
from scripts.stopwatch import Stopwatch

POLL_SECONDS = 1.0
STALLED_SECONDS = 300
"""A run in which no count moves and no DAG runs for this long is given up; the ledger then says what is missing."""

OUTBOX = "ops/exports/"
NO_ANSWER = (EndpointConnectionError, HTTPClientError)
"""AWS does not answer: locally, its emulator is being started again."""
STATE_IS_GONE = frozenset({"ResourceNotFoundException", "NoSuchBucket"})


def end_to_end(
    profile: Profile, runtime: Runtime, display: Display, watch: Stopwatch, *, events: int, seed: int
) -> Report:
    """Deploy, send ``events`` records, follow them to their end, and account for every one.

    Raises:
        LabError: something on the way failed; the message names it and the next command.
    """
    session = boto3.Session()
    real = profile.is_aws and not profile.is_emulated
    with MemoryWatch(runtime) as memory, nullcontext() if real else _lost_state_is_an_error():
        with watch.stage("deploy"):
            outputs = deploy(profile, session, display)
        sources = Sources(session, outputs.lake_bucket, outputs.stream_name)
        require_one_history(sources)
        settings = GenerateSettings(bucket=outputs.lake_bucket, stream=outputs.stream_name, events=events, seed=seed)
        display.heading("Streaming job and reference data")
        with watch.stage("stream start"):
            reference.upload(settings, session)
            job_run = stream.ensure(session, outputs, display.note)
        display.heading(f"{events:,} records of seed {seed}, {settings.run_id}")
        started = datetime.now(UTC)
        with closing(Counter(sources)) as counter, watch.stage("first put to warehouse"):
            with watch.stage("put"):
                generated = generate.run(settings, session, lambda progress: show_put(display, progress))
            follower = Follower(session, outputs, job_run, counter, display, watch, generated.sent)
            own, total, failures = settle(follower, sources, settings.run_id)
        freshness = bronze_freshness(session, started)
    report = Report(own, total, generated, watch.seconds, memory.usage, freshness, failures)
    report.write()
    return report


def settle(follower: Follower, sources: Sources, run_id: str) -> tuple[Ledger, Ledger, str]:
    """Follow a run until no record is in flight: its ledger, that of all runs, and what failed.

    The counts do not tell one run's records from another's: what an earlier run had left on the way may be counted
    first. The ledger tells them apart, and as many as it misses are waited for.
    """
    expected = follower.total
    while True:
        failures = follower.follow(expected)
        with follower.watch.stage("ledger"):
            try:
                evidence = ledger.collect(sources)
            except Unavailable:
                if failures:
                    raise
                continue  # a service is being started again: the follower waits for it
            own, total = ledger.reckon(evidence, run_id), ledger.reckon(evidence)
        if failures or not total.counts.in_flight:
            return own, total, failures
        expected = follower.settled + total.counts.in_flight


@dataclass(slots=True)
class Follower:
    """Follows the records of one run until all have ended in the warehouse, or nothing moves any more."""

    session: boto3.Session
    outputs: Outputs
    job_run: str
    counter: Counter
    display: Display
    watch: Stopwatch
    total: int
    attempt: int = 1
    settled: int = 0
    waits: bool = False
    """For a service that does not answer, since the counts were last taken."""

    def follow(self, expected: int) -> str:
        """Return when ``expected`` records have ended and the checks have passed, or nothing moves any more.

        Returns:
            What failed, in sentences; empty when nothing did.
        """
        started = moved = time.monotonic()
        last: Counts | None = None
        while True:
            counts = self._take()
            if counts is not None and counts != last:
                self._show(counts, time.monotonic() - started)
                last, moved, self.settled = counts, time.monotonic(), counts.settled
            if counts is not None and self._has_ended(counts, expected):
                return ""
            if self._busy():
                moved = time.monotonic()
            elif time.monotonic() - moved > STALLED_SECONDS:
                return f"Nothing has moved for {STALLED_SECONDS} s. {self._failures()}"
            time.sleep(POLL_SECONDS)

    def _has_ended(self, counts: Counts, expected: int) -> bool:
        """Whether all is archived and loaded, and the outbox empty: what is loaded and checked has left it."""
        if counts.settled < expected or counts.received < self.total:
            return False
        s3 = self.session.client("s3")
        try:
            return s3.list_objects_v2(Bucket=self.outputs.lake_bucket, Prefix=OUTBOX, MaxKeys=1)["KeyCount"] == 0
        except NO_ANSWER as error:
            self._try_again(str(error))
            return False

    def _take(self) -> Counts | None:
        """The counts, or None while a service is being restarted; the stall's deadline bounds that."""
        try:
            counts = self.counter.take()
        except Unavailable as error:
            self._try_again(error.message)
            return None
        self.waits = False
        return counts

    def _try_again(self, words: str) -> None:
        """Say it once, not at every try."""
        if not self.waits:
            self.display.note(f"{words} Trying again.")
        self.waits = True

    def _busy(self) -> bool:
        try:
            attempt = stream.check(self.session, self.outputs, self.job_run)
            if attempt > self.attempt:
                self.attempt = attempt
                self.display.note(f"The streaming job was started again: attempt {attempt} of {self.job_run}")
            return bool(dags.unfinished(self.session, self.outputs))
        except (Unavailable, *NO_ANSWER) as error:
            self._try_again(str(error))
            return False

    def _show(self, counts: Counts, seconds: float) -> None:
        stages = {"archived": counts.received, "bronze": counts.bronze, "warehouse": counts.settled}
        for stage, done in stages.items():
            self.display.count(stage, min(done, self.total), self.total)
            if done >= self.total:
                self.watch.seconds.setdefault(f"last put to {stage}", seconds)

    def _failures(self) -> str:
        """What Airflow says of runs that failed, and where to read on."""
        runs = [run for dag in dags.DAGS for run in dags.runs(self.session, self.outputs, dag)]
        words = [self._failure(run) for run in runs if run.state == "failed"]
        return " ".join(words) or "No DAG run has failed."

    def _failure(self, run: dags.DagRun) -> str:
        tasks = ", ".join(dags.failed_tasks(self.session, self.outputs, run))
        return f"DAG {run.dag_id}, run {run.run_id} failed at {tasks}."


def show_put(display: Display, progress: Progress) -> None:
    """Show how far the generator is, at which rate and for how long."""
    left = progress.seconds_left
    eta = "" if left is None else f", {left:.0f} s left"
    display.count("put", progress.sent, progress.total, f"{progress.rate:,.0f} records/s{eta}")


@contextmanager
def _lost_state_is_an_error() -> Iterator[None]:
    """A resource that was there and is gone: AWS lost its state, as an emulator that was killed does."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in STATE_IS_GONE:
            raise
        raise LabError(
            f"AWS has lost its state ({error.operation_name}: {error.response['Error']['Message']}): "
            "its emulator was restarted while the run went on. What this run had put is gone with it.",
            next_command="make clean && make e2e",
        ) from error
