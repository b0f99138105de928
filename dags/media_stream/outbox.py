"""The outbox between lake and warehouse: a marker in the lake for each export not yet loaded and accounted for.

The aggregate job writes `ops/exports/<export id>.json` last, when the export's files are whole. A marker goes only
after its export was loaded and the checks and the ledger agreed: what a failed run leaves, the next one finds.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Protocol

MARKERS = "ops/exports/"
EXPORT_ID = re.compile(r"through-\d{12}", re.ASCII)
MONEY = re.compile(r"\d+\.\d\d", re.ASCII)
TABLES = ("viewership", "quarantine", "duplicates", "records", "channels", "demographics", "ad_revenue")
"""What an export consists of."""


class Bucket(Protocol):
    """The part of the provider's S3Hook that the outbox needs."""

    def list_keys(self, bucket_name: str, prefix: str) -> list[str]: ...

    def read_key(self, key: str, bucket_name: str) -> str: ...

    def delete_objects(self, bucket: str, keys: list[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Export:
    """An increment of the lake, ready for the warehouse: its id and the totals of its viewing events.

    `first_arrival`, in UTC, is of the first record that it says anything about; `rows` counts those of each table.
    """

    id: str
    events: int
    minutes: int
    ad_revenue: Decimal
    first_arrival: datetime
    rows: Mapping[str, int]


def pending(s3: Bucket, lake_bucket: str) -> list[Export]:
    """Return the exports that wait in the outbox, oldest first.

    Raises:
        ValueError: something that is no marker lies there. Its content would go into SQL, so it is not passed over.
    """
    keys = s3.list_keys(bucket_name=lake_bucket, prefix=MARKERS)
    return [parse_marker(key, s3.read_key(key, lake_bucket)) for key in sorted(keys) if key != MARKERS]


def settle(s3: Bucket, lake_bucket: str, export_ids: Iterable[str]) -> None:
    """Delete the markers of these exports; one that is gone already is no error."""
    s3.delete_objects(bucket=lake_bucket, keys=[f"{MARKERS}{export_id}.json" for export_id in export_ids])


def parse_marker(key: str, content: str) -> Export:
    """Return the export that the marker at `key` announces."""
    try:
        marker = json.loads(content)
        export = Export(
            marker["export_id"],
            marker["events"],
            marker["minutes"],
            Decimal(marker["ad_revenue"]),
            datetime.fromisoformat(marker["first_arrival"]),
            {table: marker["tables"][table] for table in TABLES},
        )
    except (ArithmeticError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{key} is no marker of an export: {error!r}. It holds {content[:200]!r}") from error
    if not EXPORT_ID.fullmatch(str(export.id)) or key != f"{MARKERS}{export.id}.json":
        raise ValueError(f"{key} is no marker of {export.id!r}: it would be {MARKERS}through-<12 digits>.json")
    counts = (export.events, export.minutes, *export.rows.values())
    if not (all(map(_is_count, counts)) and MONEY.fullmatch(str(marker["ad_revenue"]))):
        raise ValueError(f"{key} is no marker of an export: its totals are no numbers. It holds {content[:200]!r}")
    if export.first_arrival.tzinfo != UTC:
        raise ValueError(
            f"{key} is no marker of an export: its first arrival is not in UTC. It holds {content[:200]!r}"
        )
    return export


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0
