"""What is handed to the warehouse: Parquet files under ``exports/<table>/<export id>/`` and a marker in the outbox.

The marker ``ops/exports/<export id>.json`` is written last: where it stands, every file of the export does. An
export id is made from the batch number it reaches, so that writing an export again replaces it.
"""

from __future__ import annotations

from jobs.tables import ARRIVAL, EVENT, MONEY

COLUMNS: dict[str, dict[str, str]] = {
    "viewership": {**EVENT, **ARRIVAL, "batch_number": "BIGINT"},
    "quarantine": {
        **ARRIVAL,
        "reason": "STRING",
        "sentence": "STRING",
        "field": "STRING",
        "value": "STRING",
        "data": "BINARY",
        "batch_number": "BIGINT",
    },
    "duplicates": {**ARRIVAL, "event_id": "STRING", "batch_number": "BIGINT"},
    "records": ARRIVAL,
    "channels": {
        "channel_id": "STRING",
        "channel_name": "STRING",
        "genre": "STRING",
        "language": "STRING",
        "launch_year": "INT",
    },
    "ad_revenue": {"channel_id": "STRING", "channel_name": "STRING", "date": "DATE", "ad_revenue": MONEY},
}
"""The columns of each exported table, in order. Timestamps are UTC with microseconds."""
