"""A record's bytes become an event or the reason why they do not. Pure Python: no record, however broken, raises.

The checks run in this order, and the first that fails names the reason: too_large, not_utf8, not_json,
not_an_object, missing_field, wrong_type, out_of_range, unknown_channel, future_timestamp, too_old. Within a reason
the first field of the schema is named. Fields the schema does not know are left alone, so that a producer may add some.

What is decided here and nowhere else:

- JSON is I-JSON (RFC 7493): a byte order mark, NaN, Infinity and a name given twice in one object are not_json.
- An integer is a number without a fraction, as in JSON Schema: 3.0 is 3, 1.5 is wrong_type, true is no number.
- ad_revenue is a JSON number, exact: 0.5 is 0.50, 0.505 is out_of_range, "0.50" is wrong_type.
- A timestamp is ISO 8601 in UTC (Z or +00:00) with at most six digits of a second's fraction.
- Half a surrogate pair (a lone ``\\ud800``) is no text: wrong_type.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, NoReturn

from jobs.schema import (
    FIELDS,
    MAX_AGE_DAYS,
    MAX_FUTURE_SECONDS,
    MAX_RECORD_BYTES,
    REASON_SENTENCES,
    REVENUE_SCALE,
    Field,
    Reason,
)

MAX_SHOWN = 200
"""A rejected value is shown up to this many characters."""

_CENT = Decimal(1).scaleb(-REVENUE_SCALE)
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_WANTED = {
    "string": "text",
    "timestamp": "an ISO 8601 time in UTC, such as 2026-01-31T12:00:00.000Z",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number with at most two decimals",
    "bool": "true or false",
}


class Event(NamedTuple):
    """A valid viewing event: the fields of ``jobs.schema.FIELDS`` in their order (a test holds the two together)."""

    event_id: str
    session_id: str
    user_id: str
    channel_id: str
    channel_name: str
    show_name: str
    genre: str
    timestamp: datetime
    duration_minutes: int
    region: str
    subscription_type: str
    device: str
    platform: str
    is_live: bool
    ads_watched: int
    ad_revenue: Decimal
    engagement_score: float
    buffer_count: int
    completion_percentage: float
    schema_version: int


class Rejection(NamedTuple):
    """Why a record is no event. ``field`` is None where the record as a whole is at fault.

    ``value`` is safe to print: at most ``MAX_SHOWN`` characters and an ellipsis, all printable.
    """

    reason: Reason
    sentence: str
    field: str | None
    value: str | None


class _RejectedError(Exception):
    def __init__(self, reason: Reason, detail: str, field: str | None = None, value: str | None = None) -> None:
        super().__init__(detail)
        self.rejection = Rejection(reason, f"{REASON_SENTENCES[reason]} {detail}", field, value)


def parse(data: bytes, arrived_at: datetime, channels: frozenset[str]) -> Event | Rejection:
    """The event in a record's ``data``, or why there is none; never raises.

    ``arrived_at`` (aware) is when the stream took the record: how old or new an event may be is counted from it, so
    that reading a record again next year gives the same answer. ``channels`` are the ids of the channel metadata.
    """
    try:
        fields = _object_in(_text_of(data))
        _require_all(fields)
        values = [_typed(field, fields[field.name]) for field in FIELDS]
        for field, value in zip(FIELDS, values, strict=True):
            _require_in_range(field, value)
        event = Event._make(map(_stored, FIELDS, values))
        _require_known(event.channel_id, channels)
        _require_near(event.timestamp, arrived_at)
    except _RejectedError as rejected:
        return rejected.rejection
    return event


def _text_of(data: bytes) -> str:
    if len(data) > MAX_RECORD_BYTES:
        raise _RejectedError(Reason.TOO_LARGE, f"It has {len(data)}.", value=f"{len(data)} bytes")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        shown = data[error.start : error.start + 8].hex(" ")
        raise _RejectedError(Reason.NOT_UTF8, f"Byte {error.start} is the first at fault.", value=shown) from None


def _object_in(text: str) -> dict[str, Any]:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _RejectedError(Reason.NOT_JSON, f"{error.msg} at character {error.pos}.", value=_shown(text)) from None
    except RecursionError:
        raise _RejectedError(Reason.NOT_JSON, "It is nested too deeply to be read.", value=_shown(text)) from None
    if not isinstance(value, dict):
        raise _RejectedError(Reason.NOT_AN_OBJECT, "Write the event as {…}.", value=_shown(value))
    return value


def _require_all(fields: dict[str, Any]) -> None:
    for field in FIELDS:
        if fields.get(field.name) is None:
            raise _RejectedError(Reason.MISSING_FIELD, f"{field.name} is not there.", field.name)


def _typed(field: Field, value: object) -> object:
    """``value``, or a wrong_type. Numbers stay exact Decimals until their range is known."""
    match field.type, value:
        case "bool", bool():
            return value
        case "string", str() if _is_text(value):
            return value
        case "float" | "decimal", Decimal():
            return value
        case "int", Decimal() if value == value.to_integral_value():
            return value
        case "timestamp", str() if _TIMESTAMP.fullmatch(value):
            return _instant(field, value)
    raise _wrong_type(field, value)


def _instant(field: Field, value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise _wrong_type(field, value) from None


def _wrong_type(field: Field, value: object) -> _RejectedError:
    return _RejectedError(Reason.WRONG_TYPE, f"{field.name} must be {_WANTED[field.type]}.", field.name, _shown(value))


def _require_in_range(field: Field, value: object) -> None:
    match value:
        case str() if field.choices and value not in field.choices:
            raise _out_of_range(field, value, f"must be one of {', '.join(field.choices)}")
        case str() if not field.low <= len(value) <= field.high:
            raise _out_of_range(field, value, f"must have {field.low} to {field.high} characters")
        case Decimal() if not field.low <= value <= field.high:
            raise _out_of_range(field, value, f"must lie between {field.low} and {field.high}")
        case Decimal() if field.type == "decimal" and value != value.quantize(_CENT):
            raise _out_of_range(field, value, f"must have at most {REVENUE_SCALE} decimals")


def _out_of_range(field: Field, value: object, rule: str) -> _RejectedError:
    return _RejectedError(Reason.OUT_OF_RANGE, f"{field.name} {rule}.", field.name, _shown(value))


def _stored(field: Field, value: Any) -> object:
    """A value within its range as the event keeps it; the additions turn a negative zero into zero."""
    match field.type:
        case "int":
            return int(value)
        case "float":
            return float(value) + 0.0
        case "decimal":
            return value.quantize(_CENT) + 0
    return value


def _require_known(channel_id: str, channels: frozenset[str]) -> None:
    if channel_id not in channels:
        raise _RejectedError(
            Reason.UNKNOWN_CHANNEL, f"{len(channels)} channels are known.", "channel_id", _shown(channel_id)
        )


def _require_near(timestamp: datetime, arrived_at: datetime) -> None:
    detail = f"It arrived at {arrived_at.isoformat()}."
    if timestamp - arrived_at > timedelta(seconds=MAX_FUTURE_SECONDS):
        raise _RejectedError(Reason.FUTURE_TIMESTAMP, detail, "timestamp", timestamp.isoformat())
    if arrived_at - timestamp > timedelta(days=MAX_AGE_DAYS):
        raise _RejectedError(Reason.TOO_OLD, detail, "timestamp", timestamp.isoformat())


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent of more than 18 digits: in no field's range
        return Decimal("-Infinity" if text.startswith("-") else "Infinity")


def _constant(name: str) -> NoReturn:
    raise _RejectedError(Reason.NOT_JSON, "JSON has no NaN and no Infinity.", value=name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise _RejectedError(Reason.NOT_JSON, "A name stands twice in one object.", value=_shown(twice))
    return found


_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_number, parse_constant=_constant, object_pairs_hook=_object)


def _is_text(value: str) -> bool:
    return value.isascii() or _SURROGATE.search(value) is None


def _shown(value: object) -> str:
    """A value for a person's eyes: short and printable. Containers by their size: they may be nested without end."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case list():
            return f"an array of {len(value)}"
        case dict():
            return f"an object of {len(value)}"
    text = str(value)
    # repr keeps every printable character and escapes the others, half surrogate pairs too.
    shown = text if text.isprintable() else repr(text[: MAX_SHOWN + 1])[1:-1]
    return shown if len(shown) <= MAX_SHOWN else f"{shown[:MAX_SHOWN]}…"
