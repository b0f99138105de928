"""The viewing event: its fields, their types and ranges, and the reasons for which a record is quarantined.

The one description of the event. The generator, the Spark jobs, the warehouse's tables, the documentation
and the tests are derived from it or checked against it. Standard library only: it runs inside Spark
executors, Glue, EMR Serverless and Lambda.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

SCHEMA_VERSION = 1

MAX_RECORD_BYTES = 32_768
"""A record's data above this many bytes is quarantined as too_large (Kinesis itself takes 1 MiB)."""

MAX_FUTURE_SECONDS = 3_600
"""How far an event's timestamp may lie after the record's arrival in the stream."""

MAX_AGE_DAYS = 30
"""How far an event's timestamp may lie before the record's arrival in the stream."""

FieldType = Literal["string", "timestamp", "int", "float", "decimal", "bool"]


class Reason(StrEnum):
    """Why a record was quarantined: the code stored beside its raw bytes."""

    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OUT_OF_RANGE = "out_of_range"
    UNKNOWN_CHANNEL = "unknown_channel"
    FUTURE_TIMESTAMP = "future_timestamp"
    TOO_OLD = "too_old"


REASON_SENTENCES: dict[Reason, str] = {
    Reason.TOO_LARGE: f"The record is larger than {MAX_RECORD_BYTES} bytes.",
    Reason.NOT_UTF8: "The record's bytes are not UTF-8 text.",
    Reason.NOT_JSON: "The record's text is not JSON.",
    Reason.NOT_AN_OBJECT: "The record is JSON, but not an object.",
    Reason.MISSING_FIELD: "A required field is missing or null.",
    Reason.WRONG_TYPE: "A field has a value of the wrong type.",
    Reason.OUT_OF_RANGE: "A field's value lies outside its range.",
    Reason.UNKNOWN_CHANNEL: "The channel is not in the channel metadata.",
    Reason.FUTURE_TIMESTAMP: f"The event lies more than {MAX_FUTURE_SECONDS // 60} minutes after its arrival.",
    Reason.TOO_OLD: f"The event lies more than {MAX_AGE_DAYS} days before its arrival.",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the event.

    ``low`` and ``high`` bound numbers (inclusive) and the length of strings (characters);
    ``choices`` lists the only strings allowed, where there is such a list.
    """

    name: str
    type: FieldType
    description: str
    low: Decimal | int = 0
    high: Decimal | int = 0
    choices: tuple[str, ...] = ()


REGIONS = ("NA", "LATAM", "EMEA", "APAC")
SUBSCRIPTIONS = ("free", "basic", "standard", "premium")
DEVICES = ("tv", "mobile", "tablet", "desktop", "console")
PLATFORMS = ("android", "ios", "web", "roku", "fire_tv", "apple_tv", "playstation", "xbox")
GENRES = ("news", "sports", "drama", "comedy", "documentary", "kids", "music", "reality")

REVENUE_SCALE = 2
REVENUE_PRECISION = 12

FIELDS: tuple[Field, ...] = (
    Field("event_id", "string", "Identifies the event; the same event sent twice has the same id.", 1, 64),
    Field("session_id", "string", "The player session in which the viewing happened.", 1, 64),
    Field("user_id", "string", "The viewer; also the record's partition key.", 1, 64),
    Field("channel_id", "string", "The channel, as in the channel metadata.", 1, 32),
    Field("channel_name", "string", "The channel's name when the event was made.", 1, 200),
    Field("show_name", "string", "The title watched; any Unicode text.", 1, 500),
    Field("genre", "string", "The title's genre.", 1, 32, GENRES),
    Field("timestamp", "timestamp", "When the viewing began: ISO 8601, UTC, milliseconds."),
    Field("duration_minutes", "int", "Minutes watched.", 0, 1440),
    Field("region", "string", "The viewer's region.", 1, 32, REGIONS),
    Field("subscription_type", "string", "The viewer's plan.", 1, 32, SUBSCRIPTIONS),
    Field("device", "string", "The kind of device.", 1, 32, DEVICES),
    Field("platform", "string", "The player's platform.", 1, 32, PLATFORMS),
    Field("is_live", "bool", "Whether the title was broadcast live."),
    Field("ads_watched", "int", "Advertisements watched to the end.", 0, 1000),
    Field(
        "ad_revenue", "decimal", "Revenue of those advertisements, US dollars and cents.", 0, Decimal("9999999999.99")
    ),
    Field("engagement_score", "float", "Engagement from 0 (none) to 1 (full).", 0, 1),
    Field("buffer_count", "int", "Times the player stopped to buffer.", 0, 100_000),
    Field("completion_percentage", "float", "Share of the title watched, in percent.", 0, 100),
    Field("schema_version", "int", "Version of this schema.", SCHEMA_VERSION, SCHEMA_VERSION),
)

FIELD_NAMES: tuple[str, ...] = tuple(field.name for field in FIELDS)
