"""Write, audit, publish: what is staged is seen by nobody until no row of it is at fault, and checks find damage."""

from decimal import Decimal

import pytest
from media_stream import batch
from snowflake.connector.errors import Error

from tests.integration.conftest import ConnectionFactory
from tests.loaded_lake import ADS, FATES, TOTALS, Export, Lake, first_export

pytestmark = pytest.mark.processes("what is loaded is the SQL's affair, however the warehouse is run")


def test_what_was_staged_is_seen_by_nobody_until_it_is_published(lake: Lake) -> None:
    lake.load(first_export())
    before = lake.query(TOTALS), lake.query(ADS), lake.query(FATES)
    second = Export("through-000000000002")
    second.event("e9", 9)
    lake.stage(second)
    assert (lake.query(TOTALS), lake.query(ADS), lake.query(FATES)) == before
    lake.publish(1)
    assert lake.query(TOTALS) == [(4, 120, Decimal("0.50"))]


def test_a_publication_that_fails_on_its_way_leaves_the_warehouse_as_it_was(
    lake: Lake, warehouse: ConnectionFactory
) -> None:
    lake.load(first_export())
    before = lake.query(TOTALS), lake.query(ADS), lake.query(FATES)
    broken = Export("through-000000000002")
    broken.event("e9", 9)
    broken.event("e10", 10, session_id=None)
    lake.stage(broken)
    lake.pass_audit()
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        with pytest.raises(Error, match="SESSION_ID"), batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "run 1")
    assert (lake.query(TOTALS), lake.query(ADS), lake.query(FATES)) == before
    assert lake.query("SELECT COUNT(*) FROM OPS.LOADS") == [(1,)]


def test_a_batch_that_another_run_has_replaced_is_not_published(lake: Lake, warehouse: ConnectionFactory) -> None:
    lake.stage(first_export(), run_id="mine")
    lake.stage(first_export(), run_id="another's")
    lake.pass_audit()
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        refused = pytest.raises(batch.BatchReplaced, match="0 audited exports of the run 'mine', not the 1")
        with refused, batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "mine")
    assert lake.query("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS") == [(0,)]


def test_a_batch_staged_again_after_its_audit_is_not_published(lake: Lake, warehouse: ConnectionFactory) -> None:
    lake.stage(first_export())
    lake.pass_audit()
    lake.stage(first_export())
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        refused = pytest.raises(batch.BatchReplaced, match="0 audited exports")
        with refused, batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "run 1")
    assert lake.query("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS") == [(0,)]


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("INSERT INTO ANALYTICS.VIEWERSHIP_LOGS SELECT * FROM ANALYTICS.VIEWERSHIP_LOGS LIMIT 1", "EVENT_IDS_UNIQUE"),
        ("UPDATE ANALYTICS.VIEWERSHIP_LOGS SET AD_REVENUE = AD_REVENUE + 0.01", "HOURLY_REVENUE_MATCHES"),
        ("INSERT INTO ANALYTICS.DIM_VIEWER SELECT * FROM ANALYTICS.DIM_VIEWER", "VIEWERS_UNIQUE"),
        ("INSERT INTO ANALYTICS.DIM_SHOW SELECT * FROM ANALYTICS.DIM_SHOW", "TITLES_UNIQUE"),
        ("INSERT INTO ANALYTICS.DIM_DATE SELECT * FROM ANALYTICS.DIM_DATE", "DATES_UNIQUE"),
        ("DELETE FROM ANALYTICS.HOURLY_CHANNEL_KPIS", "HOURLY_EVENTS_MATCH"),
        ("UPDATE ANALYTICS.SHOWS SET MINUTES = MINUTES - 1", "SHOWS_MINUTES_MATCH"),
        ("UPDATE ANALYTICS.AD_REVENUE SET OBSERVED = 0", "AD_REVENUE_MATCHES"),
        ("DELETE FROM ANALYTICS.AUDIENCE", "AUDIENCE_EVENTS_MATCH"),
        ("UPDATE ANALYTICS.VIEWER_SESSIONS SET AD_REVENUE = 0", "SESSIONS_REVENUE_MATCHES"),
        ("UPDATE ANALYTICS.QUALITY_OF_EXPERIENCE SET MINUTES = 0", "QUALITY_MINUTES_MATCH"),
        (
            "INSERT INTO OPS.DUPLICATES SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, ARRIVED_AT, EVENT_ID, "
            "EXPORT_ID, LOADED_AT FROM ANALYTICS.VIEWERSHIP_LOGS",
            "LOADED_NOT_DUPLICATE",
        ),
    ],
)
def test_a_check_finds_its_damage(lake: Lake, damage: str, check: str) -> None:
    lake.load(first_export())
    lake.query(damage)
    assert check in lake.failing()


def test_the_audit_finds_nothing_in_a_good_batch(shared_lake: Lake) -> None:
    shared_lake.stage(first_export())
    assert shared_lake.faults() == {}


@pytest.mark.parametrize(
    ("damage", "query", "words"),
    [
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET SESSION_ID = NULL, REGION = NULL WHERE EVENT_ID = 'e2'",
            "not_null",
            "missing: SESSION_ID REGION ",
            id="fields that are missing",
        ),
        pytest.param(
            "UPDATE STAGING.RECORDS SET ARRIVED_AT = NULL",
            "not_null",
            "missing: the identity of a record in RECORDS",
            id="a record without an identity",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET DURATION_MINUTES = 1441 WHERE EVENT_ID = 'e1'",
            "ranges",
            "out of range: DURATION_MINUTES = 1441 ",
            id="a number out of range",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET TIMESTAMP = DATEADD('DAY', -31, ARRIVED_AT) WHERE EVENT_ID = 'e1'",
            "ranges",
            "out of range: TIMESTAMP = 2026-10-20 00:00:01, too old ",
            id="an event that is too old",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET GENRE = 'neither' WHERE EVENT_ID = 'e1'",
            "values",
            "not one of the values: GENRE = neither ",
            id="a value that is not on the list",
        ),
        pytest.param(
            "UPDATE STAGING.QUARANTINE SET REASON = 'mood'",
            "values",
            "no reason of quarantine: mood",
            id="a reason that is none",
        ),
        pytest.param(
            "INSERT INTO STAGING.VIEWERSHIP SELECT * FROM STAGING.VIEWERSHIP WHERE EVENT_ID = 'e1'",
            "unique",
            "staged 2 times, in VIEWERSHIP and VIEWERSHIP",
            id="a record twice",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET CHANNEL_ID = 'c9' WHERE EVENT_ID = 'e1'",
            "references",
            "unknown channel: c9",
            id="a channel that nobody knows",
        ),
        pytest.param(
            "UPDATE STAGING.RECORDS SET ARRIVED_AT = '2999-01-01'",
            "freshness",
            "arrived at 2999-01-01 00:00:00, not from 2026-11-20 00:00:01 to now",
            id="an arrival in the future",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET AD_REVENUE = AD_REVENUE + 0.01 WHERE EVENT_ID = 'e1'",
            "totals",
            "the lake says 3 events, 90 minutes, 0.40 dollars, staged are 3, 90, 0.41",
            id="a cent too much",
        ),
        pytest.param(
            "DELETE FROM STAGING.RECORDS WHERE SEQUENCE_NUMBER LIKE '%5'",
            "totals",
            "the lake says 5 records, 1 quarantined, 1 duplicates, 2 channels, 0 viewers, 1 days of reported revenue, "
            "staged are 4, 1, 1, 2, 0, 1",
            id="a record that was lost on the way",
        ),
        pytest.param(
            "DELETE FROM STAGING.CHANNELS",
            "totals",
            "the lake says 5 records, 1 quarantined, 1 duplicates, 2 channels, 0 viewers, 1 days of reported revenue, "
            "staged are 5, 1, 1, 0, 0, 1",
            id="a file of reference data that was lost",
        ),
    ],
)
def test_the_audit_names_the_rows_at_fault(shared_lake: Lake, damage: str, query: str, words: str) -> None:
    shared_lake.stage(first_export())
    shared_lake.query(damage)
    assert shared_lake.faults()[query] == words
