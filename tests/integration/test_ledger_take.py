"""The ledger over real services: S3, Iceberg through the Glue catalog, and the warehouse, each reached as a user would.

The pipeline between them is played here by a few lines, so that its faults can be played too.
"""

import base64
import gzip
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pyarrow as pa
import pytest
import snowflake.connector
from pyiceberg.catalog.glue import GlueCatalog

from jobs.parse import Event, parse
from jobs.schema import FIELD_NAMES
from scripts import ledger
from scripts.errors import LabError, Unavailable
from scripts.generate.claims import ClaimWriter, Run, declare
from scripts.generate.records import Record, Sequence
from scripts.generate.settings import Shares
from scripts.generate.viewing import as_of_ms
from scripts.generate.world import world
from scripts.ledger import Sources, iceberg
from scripts.ledger.history import require_one_history
from scripts.ledger.progress import Counter
from scripts.warehouse import deploy

pytestmark = [
    pytest.mark.usefixtures("own_databases"),
    pytest.mark.processes("what is counted is the ledger's affair, however services are run"),
]

Connect = Callable[[], snowflake.connector.SnowflakeConnection]

STREAM = "viewership-stream"
EVENTS = 1_000
"""Enough for each kind of record to be there."""
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Sent:
    """A record with what became of it: an event, or a reason; ``is_duplicate`` when a newer record won."""

    record: Record
    sequence: str
    event: Event | None
    reason: str | None
    is_duplicate: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        return (STREAM, self.record.partition_key, self.sequence)


@pytest.fixture
def sources(session: boto3.Session, warehouse: Connect, lab: Any, monkeypatch: pytest.MonkeyPatch) -> Sources:
    """A bucket and a warehouse database of the test's own, with nothing in them."""
    name = f"ledger-{uuid.uuid4().hex[:8]}"
    database = name.replace("-", "_").upper()
    for setting, value in lab.environment.items():
        if setting.startswith("SNOWFLAKE_"):
            monkeypatch.setenv(setting, value)
    monkeypatch.setenv("SNOWFLAKE_DATABASE", database)
    session.client("s3").create_bucket(Bucket=name)
    return Sources(session, name, STREAM)


def judge_all(count: int) -> list[Sent]:
    """What the pipeline would make of the first records of seed 7: the newest of each event wins."""
    channels = frozenset(channel.channel_id for channel in world(7).channels)
    sent: list[Sent] = []
    for record in Sequence(7, Shares(), 0, as_of_ms(NOW)).take(count):
        result = parse(record.data, NOW, channels)
        event, reason = (result, None) if isinstance(result, Event) else (None, result.reason.value)
        sent.append(Sent(record, f"4965{record.index:052d}", event, reason))
    newest = {each.event.event_id: each.sequence for each in sorted(sent, key=_age) if each.event}
    return [
        replace(each, is_duplicate=each.event is not None and newest[each.event.event_id] != each.sequence)
        for each in sent
    ]


def _age(each: Sent) -> tuple[datetime, str]:
    return (each.event.timestamp if each.event else NOW, each.sequence)


def claim(sources: Sources, sent: list[Sent], run_id: str = "run-11111111") -> None:
    writer = ClaimWriter(sources.session.client("s3"), sources.bucket, Run(run_id, STREAM, 7, 0, len(sent), NOW, NOW))
    writer.add([(each.record, each.sequence) for each in sent])
    writer.flush()


def archive(sources: Sources, sent: list[Sent]) -> None:
    lines = [
        {
            "stream_name": STREAM,
            "shard_id": "shardId-000000000000",
            "partition_key": each.record.partition_key,
            "sequence_number": each.sequence,
            "arrived_at": NOW.isoformat(),
            "data": base64.b64encode(each.record.data).decode(),
        }
        for each in sent
    ]
    body = gzip.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    key = f"raw/{STREAM}/{NOW:dt=%Y-%m-%d/hr=%H}/shardId-000000000000-{sent[0].sequence}-{sent[-1].sequence}.jsonl.gz"
    sources.session.client("s3").put_object(Bucket=sources.bucket, Key=key, Body=body)


def fill_lake(sources: Sources, sent: list[Sent]) -> None:
    catalog = iceberg.catalog(sources.session)
    record = [{"streamName": s, "partitionKey": p, "sequenceNumber": n} for s, p, n in (each.identity for each in sent)]
    _create(catalog, sources.bucket, "media_bronze.viewership_records", record)
    rows = [dict(zip(("stream_name", "partition_key", "sequence_number"), each.identity, strict=True)) for each in sent]
    pairs = list(zip(rows, sent, strict=True))
    good = [row | {"event_id": each.event.event_id} for row, each in pairs if each.event and not each.is_duplicate]
    lost = [row | {"event_id": each.event.event_id} for row, each in pairs if each.event and each.is_duplicate]
    bad = [row | {"reason": each.reason} for row, each in pairs if each.reason]
    _create(catalog, sources.bucket, "media_silver.viewership", good)
    _create(catalog, sources.bucket, "media_silver.duplicates", lost)
    _create(catalog, sources.bucket, "media_silver.quarantine", bad)


def _create(catalog: GlueCatalog, bucket: str, name: str, rows: list[dict[str, Any]]) -> None:
    catalog.create_namespace_if_not_exists(name.split(".", maxsplit=1)[0])
    table = pa.Table.from_pylist(rows)
    catalog.create_table(name, table.schema, location=f"s3://{bucket}/warehouse/{name}").append(table)


def fill_warehouse(sources: Sources, sent: list[Sent]) -> None:
    """Make the warehouse's real tables and put every record where it belongs, the marts by the loads' own figures."""
    variables = {
        "lake_bucket": sources.bucket,
        "stage_options": "CREDENTIALS=(AWS_KEY_ID='test' AWS_SECRET_KEY='test')",
        "database": f"LEDGER_{sources.bucket.removeprefix('ledger-').upper()}",
        "warehouse": "MEDIA_STREAM_WH",
    }
    deploy(variables, lambda _: None)
    loaded = [each for each in sent if each.event and not each.is_duplicate]
    columns = ", ".join((*FIELD_NAMES, "STREAM_NAME", "PARTITION_KEY", "SEQUENCE_NUMBER"))
    with sources.connect() as connection, connection.cursor() as cursor:
        cursor.execute(_insert(f"ANALYTICS.VIEWERSHIP_LOGS ({columns}, ARRIVED_AT, EXPORT_ID, LOADED_AT)", [
            (*(each.event or ()), *each.identity, NOW, "x", NOW) for each in loaded
        ]))  # fmt: skip
        keys = "STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, ARRIVED_AT, EXPORT_ID, LOADED_AT"
        cursor.execute(_insert(f"OPS.QUARANTINE ({keys}, REASON)", [
            (*each.identity, NOW, "x", NOW, each.reason) for each in sent if each.reason
        ]))  # fmt: skip
        cursor.execute(_insert(f"OPS.DUPLICATES ({keys}, EVENT_ID)", [
            (*each.identity, NOW, "x", NOW, each.event.event_id) for each in sent if each.event and each.is_duplicate
        ]))  # fmt: skip
        cursor.execute("""
            INSERT INTO ANALYTICS.AD_REVENUE (DAY, CHANNEL_ID, EVENTS, ADS_WATCHED, OBSERVED, AD_EVENTS)
            SELECT TO_DATE(TIMESTAMP), CHANNEL_ID, COUNT(*), SUM(ADS_WATCHED), SUM(AD_REVENUE), 0
            FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1, 2""")
        cursor.execute("""
            INSERT INTO ANALYTICS.SHOWS (DAY, CHANNEL_ID, SHOW_NAME, GENRE, EVENTS, VIEWERS, MINUTES, AD_REVENUE,
                AVERAGE_ENGAGEMENT, AVERAGE_COMPLETION, DAY_RANK)
            SELECT TO_DATE(TIMESTAMP), CHANNEL_ID, SHOW_NAME, GENRE, COUNT(*), 1, SUM(DURATION_MINUTES),
                SUM(AD_REVENUE), 0, 0, 1
            FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1, 2, 3, 4""")
        cursor.execute("""
            INSERT INTO ANALYTICS.AUDIENCE
            SELECT TO_DATE(TIMESTAMP), '', '', REGION, SUBSCRIPTION_TYPE, COUNT(*), 1, SUM(DURATION_MINUTES), 0,
                SUM(AD_REVENUE)
            FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1, 4, 5""")
        cursor.execute("""
            INSERT INTO ANALYTICS.VIEWER_SESSIONS
            SELECT TO_DATE(TIMESTAMP), USER_ID, 1, MIN(TIMESTAMP), MAX(TIMESTAMP), COUNT(*), 1, SUM(DURATION_MINUTES),
                0, SUM(AD_REVENUE)
            FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1, 2""")
        cursor.execute("""
            INSERT INTO ANALYTICS.HOURLY_CHANNEL_KPIS (HOUR, CHANNEL_ID, CHANNEL_NAME, EVENTS, VIEWERS, SESSIONS,
                LIVE_EVENTS, MINUTES, ADS_WATCHED, AD_REVENUE, BUFFERINGS, AVERAGE_ENGAGEMENT, AVERAGE_COMPLETION,
                PEAK_CONCURRENCY)
            SELECT DATE_TRUNC('HOUR', TIMESTAMP), CHANNEL_ID, '', COUNT(*), 1, 1, 0, SUM(DURATION_MINUTES), 0,
                SUM(AD_REVENUE), 0, 0, 0, 0
            FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1, 2""")


def _insert(target: str, rows: list[tuple[Any, ...]]) -> str:
    return f"INSERT INTO {target} VALUES {', '.join('(' + ', '.join(map(_literal, row)) + ')' for row in rows)}"


def _literal(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case datetime():
            return f"'{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return str(value)


def test_where_nothing_was_deployed_everything_is_zero_and_said_to_be_missing(sources: Sources) -> None:
    taken = ledger.take(replace(sources, bucket="no-such-bucket"))
    assert taken.counts == ledger.Counts()
    assert "OPS.QUARANTINE" in taken.notes[0]
    assert "media_bronze.viewership_records" in taken.notes[1]
    assert "There is no bucket no-such-bucket" in taken.notes[2]


def test_records_are_followed_from_claim_to_warehouse(sources: Sources) -> None:
    sent = judge_all(EVENTS)
    claim(sources, sent)
    taken = ledger.take(sources)
    assert (
        taken.closing_line()
        == f"LEDGER produced={EVENTS} loaded=0 quarantined=0 duplicates=0 in_flight={EVENTS} UNBALANCED"
    )

    archive(sources, sent)
    archive(sources, sent[:100])
    fill_lake(sources, sent)
    taken = ledger.take(sources)
    assert (taken.counts.received, taken.counts.bronze, taken.counts.silver) == (EVENTS, EVENTS, EVENTS)
    assert {imbalance.last_seen for imbalance in taken.imbalances} == {"the lake, media_silver"}

    fill_warehouse(sources, sent)
    taken = ledger.take(sources)
    assert taken.imbalances == ()
    assert (
        taken.closing_line() == f"LEDGER produced={EVENTS} loaded=980 quarantined=10 duplicates=10 in_flight=0 BALANCED"
    )
    assert {row.reason: row.quarantined for row in taken.reasons} == {row.reason: 1 for row in taken.reasons}
    assert taken.notes == ()
    assert ledger.take(sources, "run-11111111").counts == taken.counts

    with sources.connect() as connection, connection.cursor() as cursor:
        lost = next(each for each in sent if each.event and not each.is_duplicate)
        cursor.execute(f"DELETE FROM ANALYTICS.VIEWERSHIP_LOGS WHERE SEQUENCE_NUMBER = '{lost.sequence}'")
        cursor.execute("UPDATE ANALYTICS.SHOWS SET AD_REVENUE = AD_REVENUE + 0.01 WHERE AD_REVENUE > 1")
    taken = ledger.take(sources)
    assert taken.imbalances_by_rule == {"in_flight": 1, "mart": 5}
    assert [each.sequence_number for each in taken.imbalances if each.rule == "in_flight"] == [lost.sequence]


def test_a_run_that_was_cut_short_is_noted(sources: Sources) -> None:
    run = Run("run-22222222", STREAM, 7, 0, 500, NOW, NOW)
    declare(sources.session.client("s3"), sources.bucket, run)
    claim(sources, judge_all(40), run.run_id)
    assert "run-22222222 set out to send 500 records; 40 were acknowledged." in ledger.take(sources).notes


def test_the_counter_counts_what_came_since_it_was_made(sources: Sources) -> None:
    sent = judge_all(EVENTS)
    archive(sources, sent[:100])
    counter = Counter(sources)
    assert counter.take().received == 0
    archive(sources, sent[100:300])
    archive(sources, sent[250:])
    manifest = {"query_id": "q", "batch_id": 0, "stream_name": STREAM, "records": 300}
    sources.session.client("s3").put_object(
        Bucket=sources.bucket, Key="ops/batches/q-0.json", Body=json.dumps(manifest).encode()
    )
    fill_warehouse(sources, sent)
    counted = counter.take()
    counter.close()
    assert (counted.received, counted.bronze, counted.settled) == (EVENTS - 100, 300, EVENTS)


def test_a_warehouse_whose_lake_is_gone_is_refused_before_anything_is_sent(sources: Sources) -> None:
    require_one_history(sources)  # neither has anything
    sent = judge_all(EVENTS)
    fill_warehouse(sources, sent)
    events = sum(1 for each in sent if each.event and not each.is_duplicate)
    with pytest.raises(LabError, match=f"holds {events} events .* lake they came from is gone") as refused:
        require_one_history(sources)
    assert refused.value.next_command == "make clean && make e2e"
    fill_lake(sources, sent)
    require_one_history(sources)


def test_a_run_that_never_was_is_an_error(sources: Sources) -> None:
    with pytest.raises(LabError, match="Nothing was ever claimed under 'run-nowhere'"):
        ledger.take(sources, "run-nowhere")


def test_aws_that_does_not_answer_is_never_a_zero(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("AWS_ENDPOINT_URL", "http://localhost:9")
        elsewhere.setenv("AWS_MAX_ATTEMPTS", "1")
        with pytest.raises(Unavailable, match=r"cannot read the lake") as error:
            ledger.take(replace(sources, session=boto3.Session()))
    assert error.value.next_command == "make status"


def test_a_warehouse_that_does_not_answer_is_never_a_zero(sources: Sources) -> None:
    def refuse() -> snowflake.connector.SnowflakeConnection:
        raise snowflake.connector.errors.OperationalError("Connection refused")

    with pytest.raises(Unavailable, match=r"cannot read the warehouse \(Snowflake\)"):
        ledger.take(replace(sources, connect=refuse))
