"""How long records were on their way into bronze, told by the table itself."""

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import boto3
import pyarrow as pa
import pytest

from scripts.ledger import iceberg
from scripts.ledger.freshness import ARRIVAL, bronze_freshness

pytestmark = [
    pytest.mark.usefixtures("own_databases"),
    pytest.mark.processes("what is counted is the ledger's affair, however services are run"),
]

NAME = iceberg.BRONZE[0]


@dataclass(frozen=True)
class Bronze:
    """A bronze table of the test's own: only the column that counts here."""

    session: boto3.Session
    bucket: str

    def create(self) -> None:
        catalog = iceberg.catalog(self.session)
        catalog.create_namespace_if_not_exists(NAME.split(".", maxsplit=1)[0])
        schema = pa.schema([(ARRIVAL, pa.timestamp("us", "UTC"))])
        catalog.create_table(NAME, schema, location=f"s3://{self.bucket}/warehouse/{NAME}")

    def commit(self, *seconds_ago: float) -> None:
        """Append a record that arrived so long ago, for each of ``seconds_ago``."""
        now = datetime.now(UTC)
        arrivals = pa.array([now - timedelta(seconds=age) for age in seconds_ago], pa.timestamp("us", "UTC"))
        iceberg.catalog(self.session).load_table(NAME).append(pa.table({ARRIVAL: arrivals}))


@pytest.fixture
def bronze(session: boto3.Session) -> Bronze:
    own = Bronze(session, f"freshness-{uuid.uuid4().hex[:8]}")
    session.client("s3").create_bucket(Bucket=own.bucket)
    return own


def test_each_record_waits_from_its_arrival_to_the_commit_that_holds_it(bronze: Bronze) -> None:
    bronze.create()
    started = datetime.now(UTC) - timedelta(minutes=1)
    bronze.commit(*[10.0] * 90)
    bronze.commit(*[30.0] * 10)
    found = bronze_freshness(bronze.session, started)
    assert found is not None
    assert found.records == 100
    took = 10  # a commit of the test itself may take some seconds
    assert 10 <= found.p50 < 10 + took
    assert 30 <= found.p95 <= found.slowest < 30 + took


def test_what_arrived_before_does_not_count(bronze: Bronze) -> None:
    bronze.create()
    bronze.commit(5.0)
    time.sleep(0.01)  # snapshots are told apart by the millisecond
    started = datetime.now(UTC)
    bronze.commit(300.0, 300.0, 0.0)
    found = bronze_freshness(bronze.session, started)
    assert found is not None
    assert found.records == 1


def test_without_a_table_or_a_record_there_is_nothing_to_tell(bronze: Bronze) -> None:
    assert bronze_freshness(bronze.session, datetime.now(UTC)) is None
    bronze.create()
    assert bronze_freshness(bronze.session, datetime.now(UTC)) is None
