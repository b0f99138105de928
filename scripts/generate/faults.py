"""Bad records: a good event with one thing broken, for each quarantine reason.

What is broken is the only thing wrong with the record, so that its reason is beyond doubt.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import orjson

from jobs.schema import MAX_AGE_DAYS, MAX_RECORD_BYTES, Reason
from scripts.generate.viewing import DAY_MS, Event, iso_timestamps

UNKNOWN_CHANNEL = "ch-999"
OF_WRONG_TYPE: tuple[tuple[str, object], ...] = (
    ("duration_minutes", "forty"),
    ("is_live", "yes"),
    ("ads_watched", 1.5),
    ("timestamp", "yesterday evening"),
    ("user_id", 42),
    ("engagement_score", "high"),
    ("show_name", ["a", "list"]),
    ("ad_revenue", True),
)
OUT_OF_RANGE: tuple[tuple[str, object], ...] = (
    ("duration_minutes", -5),
    ("duration_minutes", 100_000),
    ("engagement_score", 1.7),
    ("completion_percentage", 130.0),
    ("ad_revenue", orjson.Fragment(b"-1.00")),
    ("device", "smart fridge"),
    ("region", "MOON"),
    ("session_id", ""),
)
DROPPABLE = ("event_id", "timestamp", "channel_id", "show_name", "ad_revenue", "is_live")

Broken = tuple[bytes, str | None]
"""A record's data, and the event id that can be read from it (None where there is none)."""


def broken(reason: str, event: Event, rng: np.random.Generator, now_ms: int) -> Broken:
    """``event`` as a record that is quarantined for ``reason``; instants are relative to ``now_ms``."""
    return _BREAKERS[Reason(reason)](dict(event), rng, now_ms)


def _too_large(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    text = "la " * (MAX_RECORD_BYTES // 3 + int(rng.integers(1, 1000)))
    return _readable(event | {"show_name": text})


def _not_utf8(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    text = orjson.dumps(event | {"show_name": "@@"})
    return text.replace(b"@@", (b"\xff\xfe\xfd", b"caf\xe9", b"\xc3(")[rng.integers(0, 3)]), None


def _not_json(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    text = orjson.dumps(event)
    return (text[: len(text) // 2], b"", b"timestamp=now;event=play", text + b"}")[rng.integers(0, 4)], None


def _not_an_object(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    return (orjson.dumps([event]), b"null", b"42", orjson.dumps("play"))[rng.integers(0, 4)], None


def _missing_field(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    field = DROPPABLE[rng.integers(0, len(DROPPABLE))]
    if rng.random() < 0.5:
        return _readable(event | {field: None})
    del event[field]
    return _readable(event)


def _wrong_type(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    field, value = OF_WRONG_TYPE[rng.integers(0, len(OF_WRONG_TYPE))]
    return _readable(event | {field: value})


def _out_of_range(event: Event, rng: np.random.Generator, _now_ms: int) -> Broken:
    field, value = OUT_OF_RANGE[rng.integers(0, len(OUT_OF_RANGE))]
    return _readable(event | {field: value})


def _unknown_channel(event: Event, _rng: np.random.Generator, _now_ms: int) -> Broken:
    return _readable(event | {"channel_id": UNKNOWN_CHANNEL, "channel_name": "Nowhere TV"})


def _future_timestamp(event: Event, rng: np.random.Generator, now_ms: int) -> Broken:
    return _at(event, now_ms + 2 * DAY_MS + int(rng.integers(0, 5 * DAY_MS)))


def _too_old(event: Event, rng: np.random.Generator, now_ms: int) -> Broken:
    return _at(event, now_ms - (MAX_AGE_DAYS + 1) * DAY_MS - int(rng.integers(0, 300 * DAY_MS)))


def _at(event: Event, instant_ms: int) -> Broken:
    return _readable(event | {"timestamp": iso_timestamps(np.array([instant_ms]))[0]})


def _readable(event: Event) -> Broken:
    event_id = event.get("event_id")
    return orjson.dumps(event), event_id if isinstance(event_id, str) else None


_BREAKERS: dict[Reason, Callable[[Event, np.random.Generator, int], Broken]] = {
    Reason.TOO_LARGE: _too_large,
    Reason.NOT_UTF8: _not_utf8,
    Reason.NOT_JSON: _not_json,
    Reason.NOT_AN_OBJECT: _not_an_object,
    Reason.MISSING_FIELD: _missing_field,
    Reason.WRONG_TYPE: _wrong_type,
    Reason.OUT_OF_RANGE: _out_of_range,
    Reason.UNKNOWN_CHANNEL: _unknown_channel,
    Reason.FUTURE_TIMESTAMP: _future_timestamp,
    Reason.TOO_OLD: _too_old,
}
