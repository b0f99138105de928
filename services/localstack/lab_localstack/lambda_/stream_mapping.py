"""Kinesis event source mappings: no invocation gets more than Lambda takes.

AWS ends a batch at 6 MB however many records it may hold; LocalStack's poller knows the number of records only.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from localstack.services.lambda_.event_source_mapping.pollers.kinesis_poller import KinesisPoller

from lab_localstack.lambda_.outcome import PAYLOAD_BYTES

ENVELOPE_BYTES = 1024
"""What a record's event has beside its data: ids, ARNs and names; a generous guess."""

Record = dict[str, Any]


class SizedKinesisPoller(KinesisPoller):
    """LocalStack's poller, which sends the records of a batch in as many events as their size asks for."""

    def forward_events_to_target(self, shard_id: str, records: Sequence[Record]) -> None:
        """Send them in order; each part is retried by itself."""
        for part in parts(records):
            super().forward_events_to_target(shard_id, part)


def parts(records: Sequence[Record], limit: int = PAYLOAD_BYTES) -> Iterator[list[Record]]:
    """Cut the records, in order, into parts whose events stay below the limit; a part holds one record at least."""
    part: list[Record] = []
    size = 0
    for record in records:
        own = ENVELOPE_BYTES + len(record["PartitionKey"].encode()) + (len(record["Data"]) + 2) // 3 * 4
        if part and size + own > limit:
            yield part
            part, size = [], 0
        part.append(record)
        size += own
    if part:
        yield part
