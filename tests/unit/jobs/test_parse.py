"""parse: any bytes become an event or a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.parse import MAX_SHOWN, Event, Rejection, parse
from jobs.schema import FIELD_NAMES, FIELDS, MAX_AGE_DAYS, MAX_FUTURE_SECONDS, MAX_RECORD_BYTES, Reason

ARRIVED = datetime(2026, 3, 10, 12, tzinfo=UTC)
CHANNELS = frozenset({"ch-001"})
PYTHON_TYPES = {"string": str, "timestamp": datetime, "int": int, "float": float, "decimal": Decimal, "bool": bool}
GOOD: dict[str, Any] = {
    "event_id": "e1",
    "session_id": "s1",
    "user_id": "u1",
    "channel_id": "ch-001",
    "channel_name": "News One",
    "show_name": "Tonight",
    "genre": "news",
    "timestamp": "2026-03-10T11:59:00.000Z",
    "duration_minutes": 30,
    "region": "EMEA",
    "subscription_type": "free",
    "device": "tv",
    "platform": "roku",
    "is_live": True,
    "ads_watched": 2,
    "ad_revenue": 0.25,
    "engagement_score": 0.5,
    "buffer_count": 0,
    "completion_percentage": 50,
    "schema_version": 1,
}


def data(**changes: Any) -> bytes:
    """A good record with these fields changed; a Raw value stands in the JSON as it is."""
    text = json.dumps(GOOD | {name: None if isinstance(value, Raw) else value for name, value in changes.items()})
    for name, value in changes.items():
        if isinstance(value, Raw):
            text = text.replace(f'"{name}": null', f'"{name}": {value}')
    return text.encode()


class Raw(str):
    """JSON text to be put into a record unchanged."""


def without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def judged(record: bytes) -> Event | Rejection:
    return parse(record, ARRIVED, CHANNELS)


def accepted(record: bytes) -> Event:
    found = judged(record)
    assert isinstance(found, Event), found
    return found


def test_an_event_has_the_schemas_fields_in_its_order_and_types() -> None:
    assert Event._fields == FIELD_NAMES
    assert get_type_hints(Event) == {field.name: PYTHON_TYPES[field.type] for field in FIELDS}


def test_a_good_record_is_its_event() -> None:
    event = accepted(data())

    assert event._asdict() == GOOD | {
        "timestamp": datetime(2026, 3, 10, 11, 59, tzinfo=UTC),
        "ad_revenue": Decimal("0.25"),
    }


REJECTED = [
    pytest.param(b" " * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE, None, id="one byte too many"),
    pytest.param(b"\xff", Reason.NOT_UTF8, None, id="no utf-8"),
    pytest.param(data().replace(b"Tonight", b"\xed\xa0\x80"), Reason.NOT_UTF8, None, id="a surrogate as utf-8"),
    pytest.param(json.dumps(GOOD).encode("utf-16"), Reason.NOT_UTF8, None, id="utf-16"),
    pytest.param(b"", Reason.NOT_JSON, None, id="nothing"),
    pytest.param(b"\xef\xbb\xbf" + data(), Reason.NOT_JSON, None, id="a byte order mark"),
    pytest.param(data()[:-1], Reason.NOT_JSON, None, id="cut off"),
    pytest.param(data() + b"}", Reason.NOT_JSON, None, id="more than one value"),
    pytest.param(data(engagement_score=Raw("NaN")), Reason.NOT_JSON, None, id="NaN"),
    pytest.param(data(engagement_score=Raw("-Infinity")), Reason.NOT_JSON, None, id="-Infinity"),
    pytest.param(b"[" * MAX_RECORD_BYTES, Reason.NOT_JSON, None, id="nested arrays"),
    pytest.param(b'{"a":' * 6_000, Reason.NOT_JSON, None, id="nested objects"),
    pytest.param(b'{"event_id":"a","event_id":"b"}', Reason.NOT_JSON, None, id="a name twice"),
    pytest.param(data(extra=Raw('{"a":1,"a":1}')), Reason.NOT_JSON, None, id="a name twice, further in"),
    pytest.param(b"[{}]", Reason.NOT_AN_OBJECT, None, id="an array"),
    pytest.param(b"null", Reason.NOT_AN_OBJECT, None, id="null"),
    pytest.param(b'"{}"', Reason.NOT_AN_OBJECT, None, id="a string"),
    pytest.param(b"{}", Reason.MISSING_FIELD, "event_id", id="no field at all"),
    pytest.param(data(user_id=None), Reason.MISSING_FIELD, "user_id", id="a null field"),
    pytest.param(without("schema_version"), Reason.MISSING_FIELD, "schema_version", id="the last field"),
    pytest.param(data(event_id=7), Reason.WRONG_TYPE, "event_id", id="a number as text"),
    pytest.param(data(show_name=["a"]), Reason.WRONG_TYPE, "show_name", id="an array as text"),
    pytest.param(data(show_name="\ud83d"), Reason.WRONG_TYPE, "show_name", id="half a surrogate pair"),
    pytest.param(data(duration_minutes=1.5), Reason.WRONG_TYPE, "duration_minutes", id="a fraction as integer"),
    pytest.param(data(duration_minutes="30"), Reason.WRONG_TYPE, "duration_minutes", id="text as integer"),
    pytest.param(data(ads_watched=True), Reason.WRONG_TYPE, "ads_watched", id="a boolean as integer"),
    pytest.param(data(engagement_score=False), Reason.WRONG_TYPE, "engagement_score", id="a boolean as number"),
    pytest.param(data(is_live=1), Reason.WRONG_TYPE, "is_live", id="a number as boolean"),
    pytest.param(data(is_live="true"), Reason.WRONG_TYPE, "is_live", id="text as boolean"),
    pytest.param(data(ad_revenue="0.25"), Reason.WRONG_TYPE, "ad_revenue", id="text as money"),
    pytest.param(data(ad_revenue=True), Reason.WRONG_TYPE, "ad_revenue", id="a boolean as money"),
    pytest.param(data(timestamp=1773144000000), Reason.WRONG_TYPE, "timestamp", id="epoch milliseconds"),
    pytest.param(data(timestamp="2026-03-10"), Reason.WRONG_TYPE, "timestamp", id="a date"),
    pytest.param(data(timestamp="2026-03-10T11:59:00"), Reason.WRONG_TYPE, "timestamp", id="no zone"),
    pytest.param(data(timestamp="2026-03-10T11:59:00+01:00"), Reason.WRONG_TYPE, "timestamp", id="another zone"),
    pytest.param(data(timestamp="2026-03-10 11:59:00Z"), Reason.WRONG_TYPE, "timestamp", id="no T"),
    pytest.param(data(timestamp="2026-02-30T11:59:00Z"), Reason.WRONG_TYPE, "timestamp", id="an impossible date"),
    pytest.param(data(timestamp="2026-03-10T24:00:00Z"), Reason.WRONG_TYPE, "timestamp", id="an impossible hour"),
    pytest.param(data(timestamp="2026-03-10T11:59:60Z"), Reason.WRONG_TYPE, "timestamp", id="a leap second"),
    pytest.param(data(timestamp="0000-03-10T11:59:00Z"), Reason.WRONG_TYPE, "timestamp", id="the year nought"),
    pytest.param(data(timestamp="2026-03-10T11:59:00.1234567Z"), Reason.WRONG_TYPE, "timestamp", id="seven digits"),
    pytest.param(data(timestamp="2026-03-10T11:59:00.Z"), Reason.WRONG_TYPE, "timestamp", id="a dot without digits"),
    pytest.param(data(timestamp="２026-03-10T11:59:00Z"), Reason.WRONG_TYPE, "timestamp", id="a wide digit"),
    pytest.param(data(timestamp="2026-03-10T11:59:00Z\n"), Reason.WRONG_TYPE, "timestamp", id="a line break after it"),
    pytest.param(data(event_id=""), Reason.OUT_OF_RANGE, "event_id", id="an empty id"),
    pytest.param(data(event_id="e" * 65), Reason.OUT_OF_RANGE, "event_id", id="an id too long"),
    pytest.param(data(genre="News"), Reason.OUT_OF_RANGE, "genre", id="no such genre"),
    pytest.param(data(duration_minutes=-1), Reason.OUT_OF_RANGE, "duration_minutes", id="below"),
    pytest.param(data(duration_minutes=1441), Reason.OUT_OF_RANGE, "duration_minutes", id="above"),
    pytest.param(data(duration_minutes=Raw("1" * 9_000)), Reason.OUT_OF_RANGE, "duration_minutes", id="huge"),
    pytest.param(data(buffer_count=Raw("1e999999999")), Reason.OUT_OF_RANGE, "buffer_count", id="a huge exponent"),
    pytest.param(data(buffer_count=Raw("1e" + "9" * 30)), Reason.OUT_OF_RANGE, "buffer_count", id="beyond exponents"),
    pytest.param(data(buffer_count=Raw("-1e" + "9" * 30)), Reason.OUT_OF_RANGE, "buffer_count", id="beyond, below"),
    pytest.param(data(engagement_score=1.0000001), Reason.OUT_OF_RANGE, "engagement_score", id="just above one"),
    pytest.param(data(ad_revenue=0.255), Reason.OUT_OF_RANGE, "ad_revenue", id="half a cent"),
    pytest.param(data(ad_revenue=Raw("1e-400")), Reason.OUT_OF_RANGE, "ad_revenue", id="next to no money"),
    pytest.param(data(ad_revenue=-0.01), Reason.OUT_OF_RANGE, "ad_revenue", id="less than no money"),
    pytest.param(data(ad_revenue=10_000_000_000), Reason.OUT_OF_RANGE, "ad_revenue", id="too much money"),
    pytest.param(data(schema_version=2), Reason.OUT_OF_RANGE, "schema_version", id="another version"),
    pytest.param(data(channel_id="ch-999"), Reason.UNKNOWN_CHANNEL, "channel_id", id="no such channel"),
    pytest.param(data(timestamp="2026-03-10T13:00:00.001Z"), Reason.FUTURE_TIMESTAMP, "timestamp", id="future"),
    pytest.param(data(timestamp="9999-12-31T23:59:59Z"), Reason.FUTURE_TIMESTAMP, "timestamp", id="far future"),
    pytest.param(data(timestamp="2026-02-08T11:59:59.999999Z"), Reason.TOO_OLD, "timestamp", id="old"),
    pytest.param(data(timestamp="0001-01-01T00:00:00Z"), Reason.TOO_OLD, "timestamp", id="as old as can be"),
]


@pytest.mark.parametrize(("record", "reason", "field"), REJECTED)
def test_a_bad_record_has_its_reason_and_field(record: bytes, reason: Reason, field: str | None) -> None:
    found = judged(record)

    assert isinstance(found, Rejection)
    assert (found.reason, found.field) == (reason, field)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_case(reason: Reason) -> None:
    assert [case for case in REJECTED if case.values[1] == reason]


IN_ORDER = [
    pytest.param(b"\xff" * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE, id="too large before not utf-8"),
    pytest.param(b"\xff[", Reason.NOT_UTF8, id="not utf-8 before not json"),
    pytest.param(data(platform=None, event_id=7), Reason.MISSING_FIELD, id="missing before wrong type"),
    pytest.param(data(buffer_count="x", event_id=""), Reason.WRONG_TYPE, id="wrong type before out of range"),
    pytest.param(data(buffer_count=-1, channel_id="x"), Reason.OUT_OF_RANGE, id="out of range before unknown channel"),
    pytest.param(
        data(channel_id="x", timestamp="2030-01-01T00:00:00Z"),
        Reason.UNKNOWN_CHANNEL,
        id="unknown channel before future",
    ),
]


@pytest.mark.parametrize(("record", "reason"), IN_ORDER)
def test_the_first_failing_check_names_the_reason(record: bytes, reason: Reason) -> None:
    found = judged(record)

    assert isinstance(found, Rejection)
    assert found.reason == reason


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        pytest.param("duration_minutes", Raw("3.0"), 3, id="an integer with a point"),
        pytest.param("duration_minutes", Raw("1.44e3"), 1440, id="an integer with an exponent, at its limit"),
        pytest.param("ad_revenue", 7, Decimal("7.00"), id="whole money"),
        pytest.param("ad_revenue", Raw("0.10000"), Decimal("0.10"), id="money with zeros"),
        pytest.param("ad_revenue", Raw("9999999999.99"), Decimal("9999999999.99"), id="all the money"),
        pytest.param("engagement_score", 1, 1.0, id="an integer as number"),
        pytest.param("engagement_score", Raw("0.12345678901234567890"), 0.12345678901234568, id="many digits"),
        pytest.param("timestamp", "2026-03-10T11:59:00Z", datetime(2026, 3, 10, 11, 59, tzinfo=UTC), id="no fraction"),
        pytest.param(
            "timestamp", "2026-03-10T11:59:00.5+00:00", datetime(2026, 3, 10, 11, 59, 0, 500_000, UTC), id="+00:00"
        ),
        pytest.param(
            "timestamp", "2026-03-10T13:00:00Z", ARRIVED + timedelta(seconds=MAX_FUTURE_SECONDS), id="as new as may be"
        ),
        pytest.param(
            "timestamp", "2026-02-08T12:00:00Z", ARRIVED - timedelta(days=MAX_AGE_DAYS), id="as old as may be"
        ),
        pytest.param(
            "show_name", '"q", \\ , \n, \0, 日本, 🎬, עברית', '"q", \\ , \n, \0, 日本, 🎬, עברית', id="any text"
        ),
        pytest.param("event_id", "é" * 64, "é" * 64, id="characters are counted, not bytes"),
    ],
)
def test_a_value_is_kept_as_its_field_stores_it(field: str, given: object, kept: object) -> None:
    value = getattr(accepted(data(**{field: given})), field)

    assert (value, type(value)) == (kept, type(kept))


@pytest.mark.parametrize("field", ["ad_revenue", "engagement_score", "duration_minutes"])
def test_a_negative_zero_is_zero(field: str) -> None:
    assert not str(getattr(accepted(data(**{field: Raw("-0")})), field)).startswith("-")


def test_fields_the_schema_does_not_know_are_left_alone() -> None:
    assert accepted(data(extra={"a": [1, "\ud83d"]})) == accepted(data())


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        pytest.param(data(show_name="\ud83d\n"), "\\ud83d\\n", id="what cannot be printed is escaped"),
        pytest.param(data(genre="é" * 400), "é" * MAX_SHOWN + "…", id="what is long is cut"),
        pytest.param(data(show_name=[[["x"]]]), "an array of 1", id="what is nested is counted"),
        pytest.param(data(user_id={}), "an object of 0", id="an object"),
        pytest.param(data(user_id=False), "false", id="as JSON writes it"),
    ],
)
def test_the_value_shown_is_short_and_printable(record: bytes, shown: str) -> None:
    found = judged(record)

    assert isinstance(found, Rejection)
    assert found.value == shown


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=[])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
plausible = st.one_of(json_values, *(st.just(value) for value in GOOD.values()), st.datetimes().map(datetime.isoformat))


@given(st.binary() | st.text().map(str.encode) | st.binary().map(lambda more: data() + more))
def test_no_bytes_raise(record: bytes) -> None:
    assert isinstance(judged(record), Event | Rejection)


@given(st.dictionaries(st.sampled_from(FIELD_NAMES), plausible, max_size=3))
def test_every_event_satisfies_the_schema_and_every_rejection_can_be_stored(changes: dict[str, Any]) -> None:
    found = judged(data(**changes))

    if isinstance(found, Rejection):
        texts = [found.reason, found.sentence, found.field, found.value]
        assert all(text is None or text.encode() for text in texts if text != "")
        assert found.value is None or (found.value.isprintable() and len(found.value) <= MAX_SHOWN + 1)
        return
    for field, value in zip(FIELDS, found, strict=True):
        assert type(value) is PYTHON_TYPES[field.type]
        if isinstance(value, str):
            assert field.low <= len(value.encode().decode()) <= field.high
            assert not field.choices or value in field.choices
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            assert field.low <= value <= field.high
    assert found.ad_revenue.as_tuple().exponent == -2
    assert -timedelta(seconds=MAX_FUTURE_SECONDS) <= ARRIVED - found.timestamp <= timedelta(days=MAX_AGE_DAYS)


@given(st.decimals(0, Decimal("9999999999.99"), places=2))
def test_money_is_exact(amount: Decimal) -> None:
    assert accepted(data(ad_revenue=Raw(str(amount)))).ad_revenue == amount
