"""What the lake exports for a seed, without Spark: the generator's records, parsed and deduplicated as the jobs do.

The same runs give the same exports, byte for byte. Records arrive as the generator's would: a batch of 500 each
quarter of a second from `as_of` on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from media_stream import outbox

from jobs.parse import Event, Rejection, parse
from jobs.reference import AD_REVENUE, CHANNEL_METADATA, DEMOGRAPHICS, Dataset, Row, read_csv
from jobs.schema import MAX_AGE_DAYS
from scripts.generate import reference
from scripts.generate.records import MAX_BATCH_RECORDS, Sequence
from scripts.generate.revenue import Reported, reported_revenue
from scripts.generate.settings import GenerateSettings, Shares
from scripts.generate.viewing import as_of_ms
from scripts.generate.world import world

SEED = 7
AS_OF = datetime(2026, 11, 20, 18, tzinfo=UTC)
"""When the last of the runs was sent; any day would do, but the answers of docs/questions.md are of this one."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the generator: `events` records of the seed's sequence, sent at `as_of`."""

    start: int
    events: int
    as_of: datetime


def daily_runs(last: datetime = AS_OF, days: int = 4, events: int = 5_000) -> tuple[Run, ...]:
    """Runs of `events` records a day, one after the other in the seed's sequence, the last sent at `last`."""
    return tuple(Run(day * events, events, last - timedelta(days=days - 1 - day)) for day in range(days))


@dataclass(frozen=True, slots=True)
class Export:
    """Rows by exported table, as in jobs/exports.py."""

    id: str
    rows: dict[str, Rows]

    @property
    def marker(self) -> outbox.Export:
        """What the outbox says of the export."""
        events = self.rows["viewership"]
        return outbox.Export(
            self.id,
            len(events),
            sum(row["duration_minutes"] for row in events),
            sum((row["ad_revenue"] for row in events), Decimal("0.00")),
            min(
                (row["arrived_at"] for row in self.rows["records"] + self.rows["duplicates"]), default=datetime.now(UTC)
            ),
            {table: len(rows) for table, rows in self.rows.items()},
        )


@dataclass(slots=True)
class Lake:
    """Silver: which record counts for each event; and what was reported so far."""

    seed: int
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    reported: Reported = field(default_factory=dict)


def exports(runs: Iterable[Run], seed: int = SEED) -> Iterator[Export]:
    """One export a run, as if the pipeline had run after each."""
    lake = Lake(seed)
    for number, run in enumerate(runs, start=1):
        yield _export(lake, run, number)


def _export(lake: Lake, run: Run, number: int) -> Export:
    shares = Shares()
    channels = _reference(CHANNEL_METADATA, reference.channel_metadata(world(lake.seed)))
    known = frozenset(str(row["channel_id"]) for row in channels)
    rows: dict[str, Rows] = {"viewership": [], "quarantine": [], "duplicates": [], "records": []}
    accepted: Rows = []
    for record in Sequence(lake.seed, shares, run.start, as_of_ms(run.as_of)).take(run.events):
        identity = _identity(run, record.index, record.partition_key)
        rows["records"].append(identity)
        match parse(record.data, identity["arrived_at"], known):
            case Event() as event:
                accepted.append(identity | event._asdict())
            case Rejection() as rejection:
                rows["quarantine"].append(identity | rejection._asdict() | {"data": record.data})
    superseded = [loser for event in accepted if (loser := _superseded(lake, event)) is not None]
    losers = {row["sequence_number"] for row in superseded}
    rows["duplicates"] = superseded
    rows["viewership"] = [row for row in accepted if row["sequence_number"] not in losers]
    rows["channels"] = channels
    rows["demographics"] = _reference(DEMOGRAPHICS, reference.demographics(world(lake.seed))) if number == 1 else []
    rows["ad_revenue"] = _reported(lake, run)
    export_id = f"through-{number:012d}"
    known_by = {"export_id": export_id, "batch_number": number}
    return Export(export_id, {table: [row | known_by for row in found] for table, found in rows.items()})


def _superseded(lake: Lake, event: dict[str, Any]) -> dict[str, Any] | None:
    """The version that loses to another of the same event, if there are two: see jobs/versions.py."""
    earlier = lake.versions.get(event["event_id"])
    older, newer = sorted((earlier or event, event), key=_age)
    assert newer["timestamp"] - older["timestamp"] <= timedelta(days=MAX_AGE_DAYS), "these would be two events"
    lake.versions[event["event_id"]] = newer
    return older if earlier else None


def _age(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["timestamp"], event["arrived_at"], int(event["sequence_number"])


def _identity(run: Run, index: int, partition_key: str) -> dict[str, Any]:
    batch = (index - run.start) // MAX_BATCH_RECORDS
    return {
        "stream_name": "viewership-stream",
        "partition_key": partition_key,
        "sequence_number": f"{49_600_000 * 10**48 + index}",
        "arrived_at": run.as_of + batch * timedelta(seconds=0.25),
    }


def _reported(lake: Lake, run: Run) -> Rows:
    """The file as it has grown: what earlier runs were reported to earn, and this one."""
    settings = GenerateSettings(bucket="-", stream="-", events=run.events, seed=lake.seed, as_of=run.as_of)
    for key, cents in reported_revenue(settings, run.start, run.events).items():
        lake.reported[key] = lake.reported.get(key, 0) + cents
    return _reference(AD_REVENUE, reference.ad_revenue(world(lake.seed), lake.reported))


def _reference(dataset: Dataset, text: str) -> Rows:
    rows = list(read_csv(dataset, text.encode()))
    assert all(isinstance(row, Row) for row in rows), f"{dataset.name} has bad lines"
    return [dict(zip(dataset.header, row.values, strict=True)) for row in rows if isinstance(row, Row)]
