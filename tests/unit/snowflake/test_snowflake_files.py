"""The SQL of snowflake/ agrees with the event's schema and the lake's exports, and says what each column is."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from media_stream import outbox
from snowflake.connector.util_text import split_statements

from jobs.schema import FIELDS, MAX_AGE_DAYS, MAX_FUTURE_SECONDS, SCHEMA_VERSION, Field, Reason
from tests.lake_exports import COLUMNS

SQL = Path(__file__).resolve().parents[3] / "snowflake"
NUMBERED = sorted(SQL.glob("[0-9][0-9]_*.sql"))
QUERIES = sorted([*SQL.glob("audit/*.sql"), *SQL.glob("checks/*.sql"), *SQL.glob("ledger/*ba*.sql")])

GROWS_WITH_THE_EVENTS = re.compile(
    r"(?<!INSERT INTO )(?:ANALYTICS\.(?:VIEWERSHIP_LOGS|HOURLY_CHANNEL_KPIS|SHOWS|AUDIENCE|VIEWER_SESSIONS)"
    r"|OPS\.(?:RECORDS|QUARANTINE|DUPLICATES|RECORD_FATES))\b"
)

TYPES = {
    "string": r"VARCHAR\(\d+\)",
    "timestamp": r"TIMESTAMP_NTZ\(6\)",
    "int": r"NUMBER\(38,0\)",
    "float": "FLOAT",
    "decimal": r"NUMBER\(12,2\)",
    "bool": "BOOLEAN",
}
LINEAGE = ["STREAM_NAME", "PARTITION_KEY", "SEQUENCE_NUMBER", "ARRIVED_AT", "EXPORT_ID", "LOADED_AT"]
"""What VIEWERSHIP_LOGS says about where an event came from, after the event's own fields."""

NOT_LOADED = {"batch_number"}
"""Columns of the exports that mean something to the lake only."""


def split(file: Path) -> list[str]:
    """The file's statements, without comments, as the connector and Airflow's hook send them."""
    parts = (part for part, _ in split_statements(StringIO(file.read_text()), remove_comments=True))
    return [part.strip() for part in parts if part and part.strip()]


def tables() -> dict[str, dict[str, str]]:
    """The definition of every column, by table: `tables()["OPS.LOADS"]["EXPORT_ID"]`."""
    text = "\n".join(file.read_text() for file in NUMBERED)
    found = re.findall(r"TABLE IF NOT EXISTS (\S+) \(\n(.*?)\n\) COMMENT = '", text, re.DOTALL)
    columns = re.compile(r"^ +(\S+) +(.+?),?$", re.MULTILINE)
    return {name: dict(columns.findall(body)) for name, body in found}


DEFINITIONS = [pytest.param(line, id=f"{table}.{name}") for table in tables() for name, line in tables()[table].items()]


def test_every_table_of_the_files_is_looked_at() -> None:
    text = "\n".join(file.read_text() for file in NUMBERED)
    assert len(tables()) == text.count("TABLE IF NOT EXISTS") > 15


@pytest.mark.parametrize("definition", DEFINITIONS)
def test_every_column_has_a_comment(definition: str) -> None:
    assert re.search(r"COMMENT '(?:[^']|'')+'$", definition)


def test_viewership_logs_has_the_fields_of_the_schema_in_order_and_the_lineage() -> None:
    columns = list(tables()["ANALYTICS.VIEWERSHIP_LOGS"])
    assert columns == [field.name.upper() for field in FIELDS] + LINEAGE


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_a_column_has_the_type_of_its_field(field: Field) -> None:
    column = tables()["ANALYTICS.VIEWERSHIP_LOGS"][field.name.upper()]
    assert re.match(rf"{TYPES[field.type]}\s+NOT NULL", column)


@pytest.mark.parametrize("field", [field for field in FIELDS if field.type == "string"], ids=lambda field: field.name)
def test_a_text_column_holds_the_longest_text_the_schema_allows(field: Field) -> None:
    column = tables()["ANALYTICS.VIEWERSHIP_LOGS"][field.name.upper()]
    assert column.startswith(f"VARCHAR({field.high})")


@pytest.mark.parametrize("table", COLUMNS)
def test_staging_takes_every_column_of_an_export(table: str) -> None:
    expected = [name.upper() for name in COLUMNS[table] if name not in NOT_LOADED]
    assert list(tables()[f"STAGING.{table.upper()}"]) == expected


def test_a_marker_counts_the_rows_of_every_table_of_an_export() -> None:
    assert tuple(COLUMNS) == outbox.TABLES


def test_every_export_is_copied() -> None:
    load = (SQL / "load" / "stage_export.sql").read_text()
    assert set(re.findall(r"@OPS\.EXPORTS/(\w+)/\{\{ export_id \}\}/", load)) == set(COLUMNS)


BOUNDED = [field for field in FIELDS if field.type in ("int", "float", "decimal") and field.name != "schema_version"]


@pytest.mark.parametrize("field", BOUNDED, ids=lambda field: field.name)
def test_the_audit_of_ranges_knows_the_bounds_of_the_schema(field: Field) -> None:
    assert (
        f"{field.name.upper()} NOT BETWEEN {field.low} AND {field.high}," in (SQL / "audit" / "ranges.sql").read_text()
    )


@pytest.mark.parametrize("field", [field for field in FIELDS if field.choices], ids=lambda field: field.name)
def test_the_audit_of_values_knows_the_lists_of_the_schema(field: Field) -> None:
    values = ", ".join(f"'{choice}'" for choice in field.choices)
    assert f"{field.name.upper()} NOT IN ({values})" in (SQL / "audit" / "values.sql").read_text()


def test_the_audit_of_values_knows_the_reasons_and_the_version_of_the_schema() -> None:
    text = (SQL / "audit" / "values.sql").read_text()
    reasons = re.search(r"COALESCE\(REASON, ''\) NOT IN \((.*?)\)", text, re.DOTALL)
    assert reasons is not None
    assert re.findall(r"'(\w+)'", reasons[1]) == list(Reason)
    assert f"SCHEMA_VERSION NOT IN ({SCHEMA_VERSION})" in text


def test_the_audit_of_missing_fields_asks_for_every_column() -> None:
    asked = re.findall(r"IFF\((\w+) IS NULL, '\1 ', ''\)", (SQL / "audit" / "not_null.sql").read_text())
    assert asked == list(tables()["STAGING.VIEWERSHIP"])


def test_every_query_of_the_audit_tells_what_is_at_fault_and_ends_somewhere() -> None:
    for file in sorted(SQL.glob("audit/*.sql")):
        text = file.read_text()
        assert " AS FAULT" in text
        assert text.endswith("LIMIT 20\n")


@pytest.mark.parametrize(
    "file", [*sorted(SQL.glob("load/*.sql")), SQL / "ledger" / "write.sql"], ids=lambda file: file.name
)
def test_what_runs_inside_a_transaction_neither_ends_it_nor_defines_anything(file: Path) -> None:
    verbs = {statement.split()[0].rstrip(";") for statement in split(file)}
    assert verbs <= {"DELETE", "COPY", "INSERT", "MERGE", "SET", "UPDATE"}, "a definition would commit half of it"


def test_only_the_paths_of_a_stage_are_templates() -> None:
    for file in SQL.rglob("*.sql"):
        without_paths = re.sub(r"@OPS\.EXPORTS/\w+/\{\{ export_id \}\}/", "", file.read_text())
        assert "{{" not in without_paths, f"{file.name}: other values are bound"


READINGS = [
    pytest.param(statement, id=f"{file.name} {number}")
    for file in sorted([*SQL.glob("checks/*.sql"), *SQL.glob("ledger/*.sql"), SQL / "load" / "publish.sql"])
    if file.name != "totals.sql"  # says why it looks at everything
    for number, statement in enumerate(split(file))
    if GROWS_WITH_THE_EVENTS.search(statement)
]


@pytest.mark.parametrize("statement", READINGS)
def test_what_each_run_reads_of_a_table_that_grows_with_the_events_has_a_constant_bound(statement: str) -> None:
    bounds = re.findall(
        r"(?:ARRIVED_AT|TIMESTAMP|HOUR|DAY) (?:>=|BETWEEN) (?:DATEADD\(.*?)?(?:\S*%\(first_arrival|\$)", statement
    )
    assert len(bounds) >= len(GROWS_WITH_THE_EVENTS.findall(statement)) > 0


def test_the_check_of_keys_knows_how_far_apart_versions_may_be() -> None:
    keys = (SQL / "checks" / "keys.sql").read_text()
    assert f"DATEADD('DAY', -{MAX_AGE_DAYS}, TIMESTAMP)" in keys
    around = timedelta(days=2 * MAX_AGE_DAYS, seconds=MAX_FUTURE_SECONDS)
    assert f"DATEADD('DAY', -{around.days + 1}, CAST(" in keys


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_check_is_one_query_without_a_semicolon(file: Path) -> None:
    [query] = split(file)
    assert query.startswith(("SELECT", "WITH"))
    assert ";" not in file.read_text()


@pytest.mark.parametrize("file", sorted(SQL.rglob("*.sql")), ids=lambda file: file.name)
def test_a_file_says_what_it_is_for_and_names_no_address(file: Path) -> None:
    text = file.read_text()
    assert text.startswith("-- ")
    assert not re.search(r"https?://|localhost|127\.0\.0\.1|ENDPOINT", text)
