"""read_csv: every line of a reference file is a row or a bad line with its reason."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.reference import AD_REVENUE, CHANNEL_METADATA, DEMOGRAPHICS, BadLine, Dataset, Row, read_csv

HEADER = b"channel_id,channel_name,genre,language,launch_year\n"
GOOD = b"ch-001,One,news,en,1999\n"


def bad_lines(dataset: Dataset, content: bytes) -> list[tuple[int, str]]:
    return [(line.line_number, line.reason) for line in read_csv(dataset, content) if isinstance(line, BadLine)]


def rows(dataset: Dataset, content: bytes) -> list[tuple[object, ...]]:
    return [line.values for line in read_csv(dataset, content) if isinstance(line, Row)]


@pytest.mark.parametrize(
    ("dataset", "content", "values"),
    [
        pytest.param(CHANNEL_METADATA, HEADER + GOOD, ("ch-001", "One", "news", "en", 1999), id="a channel"),
        pytest.param(
            CHANNEL_METADATA,
            b"\xef\xbb\xbf" + (HEADER + GOOD).replace(b"\n", b"\r\n"),
            ("ch-001", "One", "news", "en", 1999),
            id="with a byte order mark and CRLF",
        ),
        pytest.param(
            CHANNEL_METADATA,
            HEADER + 'ch-001,"A ""quoted"",\nname 🎬",news,en,1999'.encode(),
            ("ch-001", 'A "quoted",\nname 🎬', "news", "en", 1999),
            id="with commas, quotes and a line break in a name",
        ),
        pytest.param(
            AD_REVENUE,
            b"channel_id,channel_name,date,ad_revenue\nch-001,One,2026-03-01,-12.5\n",
            ("ch-001", "One", date(2026, 3, 1), Decimal("-12.5")),
            id="a reported correction",
        ),
        pytest.param(
            DEMOGRAPHICS,
            b"user_id,gender,age_group,region,subscription_type\nu1,female,25-34,NA,basic\n",
            ("u1", "female", "25-34", "NA", "basic"),
            id="a viewer",
        ),
    ],
)
def test_a_good_line_is_a_typed_row(dataset: Dataset, content: bytes, values: tuple[object, ...]) -> None:
    assert rows(dataset, content) == [values]
    assert bad_lines(dataset, content) == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(b"ch-009,\xff,news,en,1999", "not_utf8", id="no utf-8"),
        pytest.param(b"ch-009,One,news,en", "not_csv", id="a value too few"),
        pytest.param(b"ch-009,One,news,en,1999,more", "not_csv", id="a value too many"),
        pytest.param(b'ch-009,"One" more,news,en,1999', "not_csv", id="text after a quote"),
        pytest.param(b'ch-009,"One,news,en,1999', "not_csv", id="a quote that is never closed"),
        pytest.param(b"ch-009,,news,en,1999", "missing_field", id="an empty value"),
        pytest.param(b"ch-009,One,news,en,MCMXC", "wrong_type", id="no year"),
        pytest.param(b"ch-009,One,news,en,199900000000", "out_of_range", id="no such year"),
        pytest.param(b"%s,One,news,en,1999" % (b"c" * 33), "out_of_range", id="an id too long"),
    ],
)
def test_a_bad_line_costs_no_other(line: bytes, reason: str) -> None:
    content = HEADER + line + b"\n" + GOOD

    assert bad_lines(CHANNEL_METADATA, content) == [(2, reason)]
    assert rows(CHANNEL_METADATA, content) == [("ch-001", "One", "news", "en", 1999)]


@pytest.mark.parametrize(
    ("amount", "reason"),
    [("1.234", "out_of_range"), ("12345678901", "out_of_range"), ("1e3", "wrong_type"), ("NaN", "wrong_type")],
)
def test_an_amount_is_digits_and_cents(amount: str, reason: str) -> None:
    content = f"channel_id,channel_name,date,ad_revenue\nch-001,One,2026-03-01,{amount}\n".encode()

    assert bad_lines(AD_REVENUE, content) == [(2, reason)]


@pytest.mark.parametrize("day", ["2026-02-30", "20260301", "2026-W01-1", "01/03/2026"])
def test_a_date_is_written_one_way(day: str) -> None:
    content = f"channel_id,channel_name,date,ad_revenue\nch-001,One,{day},1.00\n".encode()

    assert bad_lines(AD_REVENUE, content) == [(2, "wrong_type")]


def test_a_file_with_another_header_is_bad_as_a_whole() -> None:
    assert bad_lines(CHANNEL_METADATA, b"id,name\n1,One\n") == [(1, "wrong_header")]


@pytest.mark.parametrize("content", [b"", b"\n\n", HEADER, HEADER + b"\n"])
def test_a_file_without_lines_has_no_rows(content: bytes) -> None:
    assert list(read_csv(CHANNEL_METADATA, content)) == []


def test_of_two_rows_with_one_key_the_last_counts() -> None:
    content = HEADER + GOOD + b"ch-002,Two,news,en,1999\n" + GOOD.replace(b"One", b"Uno")

    assert bad_lines(CHANNEL_METADATA, content) == [(2, "repeated_key")]
    assert {row[1] for row in rows(CHANNEL_METADATA, content)} == {"Two", "Uno"}


def test_the_same_row_twice_is_one_row() -> None:
    assert len(rows(CHANNEL_METADATA, HEADER + GOOD + GOOD)) == 1
    assert bad_lines(CHANNEL_METADATA, HEADER + GOOD + GOOD) == []


@given(st.binary() | st.binary().map(lambda more: HEADER + GOOD + more))
def test_no_bytes_raise_and_every_raw_line_is_text(content: bytes) -> None:
    for line in read_csv(CHANNEL_METADATA, content):
        assert line.raw.encode() is not None


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=30), max_size=8))
def test_any_name_survives(names: list[str]) -> None:
    wanted = [name for name in names if name.count("\n") < 19]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows([f"ch-{number}", name, "news", "en", "1999"] for number, name in enumerate(wanted))

    assert [row[1] for row in rows(CHANNEL_METADATA, HEADER + text.getvalue().encode())] == wanted
