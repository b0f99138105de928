"""Rows that cannot be loaded: ON_ERROR decides about the rest, and each is named with its reason and place."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]
Put = Callable[[str, str], None]

GOOD, BAD = "1,x\n2,y\n", "3,z\nnone,w\n5,v\n6,u\n"


@pytest.fixture
def table(run: Run, stage: Put) -> Put:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", GOOD)
    stage("b.csv", BAD)
    return stage


def copied(run: Run, options: str) -> list[tuple[Any, ...]]:
    return [row[1:6] for row in run(f"COPY INTO T FROM @FILES {options}").fetchall()]


def loaded(run: Run) -> list[int]:
    return [row[0] for row in run("SELECT A FROM T ORDER BY A").fetchall()]


PART, NONE = "PARTIALLY_LOADED", "LOAD_FAILED"
ON_ERROR = [
    pytest.param("CONTINUE", 2, (PART, 4, 3, 4, 1), id="all but the row"),
    pytest.param("SKIP_FILE", 1, (NONE, 4, 0, 1, 1), id="all but the file"),
    pytest.param("SKIP_FILE_1", 1, (NONE, 4, 0, 1, 1), id="the number is reached"),
    pytest.param("SKIP_FILE_2", 2, (PART, 4, 3, 2, 1), id="the number is not reached"),
    pytest.param("'SKIP_FILE_24%'", 0, (NONE, 4, 0, 0, 1), id="the percentage is exceeded"),
    pytest.param("'SKIP_FILE_25%'", 0, (PART, 4, 3, 1, 1), id="the percentage is not"),
]


@pytest.mark.parametrize(("on_error", "limit_of_good", "answer"), ON_ERROR)
def test_on_error_decides_what_is_loaded(
    run: Run, table: Put, on_error: str, limit_of_good: int, answer: tuple[Any, ...]
) -> None:
    assert copied(run, f"ON_ERROR = {on_error}") == [("LOADED", 2, 2, limit_of_good, 0), answer]
    assert loaded(run) == ([1, 2, 3, 5, 6] if answer[0] == PART else [1, 2])


def test_the_first_error_is_told_with_its_place(run: Run, table: Put) -> None:
    row = run("COPY INTO T FROM @FILES FILES = ('b.csv') ON_ERROR = CONTINUE").fetchone()
    assert row[6:] == ("Numeric value 'none' is not recognized", 2, 1, '"T"["A":1]')


def test_a_copy_that_aborts_says_which_row_of_which_file(run: Run, table: Put) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run("COPY INTO T FROM @FILES")
    assert (refused.value.errno, refused.value.sqlstate) == (100_038, "22018")
    assert "Numeric value 'none' is not recognized\n  File 'files/b.csv', line 2, character 1" in refused.value.msg
    assert loaded(run) == []


def test_rows_are_left_out_in_the_middle_of_a_transaction(run: Run, table: Put) -> None:
    run("BEGIN")
    run("INSERT INTO T VALUES (0, 'before')")
    copied(run, "ON_ERROR = CONTINUE")
    run("COMMIT")
    assert loaded(run) == [0, 1, 2, 3, 5, 6]


def test_a_file_that_failed_can_be_loaded_once_it_is_mended_and_one_loaded_in_part_is_loaded(
    run: Run, table: Put
) -> None:
    copied(run, "ON_ERROR = SKIP_FILE")
    assert [row[0] for row in copied(run, "ON_ERROR = CONTINUE")] == ["LOAD_SKIPPED", "PARTIALLY_LOADED"]
    assert [row[0] for row in copied(run, "ON_ERROR = CONTINUE")] == ["LOAD_SKIPPED", "LOAD_SKIPPED"]


def test_the_load_history_keeps_errors(run: Run, table: Put) -> None:
    copied(run, "ON_ERROR = CONTINUE")
    rows = run(
        "SELECT STATUS, ROW_COUNT, ROW_PARSED, FIRST_ERROR_MESSAGE, FIRST_ERROR_LINE_NUMBER, ERROR_COUNT"
        " FROM INFORMATION_SCHEMA.LOAD_HISTORY ORDER BY FILE_NAME"
    ).fetchall()
    assert rows == [
        ("LOADED", 2, 2, None, None, 0),
        ("PARTIALLY LOADED", 3, 4, "Numeric value 'none' is not recognized", 2, 1),
    ]


REASONS = [
    pytest.param("INT", "x", "Numeric value 'x' is not recognized", id="no number"),
    pytest.param("NUMBER(4,1)", "123456", "Number out of representable range: type FIXED(4,1), value 123456", id="big"),
    pytest.param("DATE", "2024-13-01", "Date '2024-13-01' is not recognized", id="no date"),
    pytest.param("TIMESTAMP_NTZ", "noon", "Timestamp 'noon' is not recognized", id="no timestamp"),
    pytest.param("BOOLEAN", "maybe", "Boolean value 'maybe' is not recognized", id="no boolean"),
    pytest.param("INT NOT NULL", "", "NULL result in a non-nullable column", id="no value"),
]


@pytest.mark.parametrize(("kind", "text", "reason"), REASONS)
def test_each_reason_is_snowflakes(run: Run, stage: Put, kind: str, text: str, reason: str) -> None:
    run(f"CREATE TABLE T (A VARCHAR, B {kind})")
    stage("a.csv", f"good,\nbad,{text}\n" if "NOT NULL" not in kind else f"bad,{text}\n")
    row = run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE").fetchone()
    assert (row[6], row[9]) == (reason, '"T"["B":2]')


RAGGED = "1,x\n2\n3,y,z\n4,w\n"


def test_records_with_too_few_or_too_many_fields_are_rejected(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", RAGGED)
    row = run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE").fetchone()
    assert row[1:6] == ("PARTIALLY_LOADED", 4, 2, 4, 2)
    assert row[6].startswith("Number of columns in file (1) does not match that of the corresponding table (2)")
    assert row[7] == 2
    assert loaded(run) == [1, 4]


def test_lines_are_the_files_own_after_a_header_and_records_of_several_lines(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", 'a,b\n1,"two\nlines"\nalone\nx,y\n')
    options = "FILE_FORMAT = (TYPE = CSV SKIP_HEADER = 1 FIELD_OPTIONALLY_ENCLOSED_BY = '\"')"
    rows = run(f"COPY INTO T FROM @FILES {options} VALIDATION_MODE = RETURN_ERRORS").fetchall()
    assert [(row[2], row[4], row[9], row[11]) for row in rows] == [(4, 18, 2, "alone"), (5, 24, 3, "x,y")]


def test_row_numbers_of_a_file_that_cannot_be_split_are_refused(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B INT)")
    stage("a.csv", '1\n"x"y\n2\n')
    options = "FILE_FORMAT = (TYPE = CSV FIELD_OPTIONALLY_ENCLOSED_BY = '\"') ON_ERROR = CONTINUE"
    with pytest.raises(ProgrammingError, match=r"METADATA\$FILE_ROW_NUMBER.*line 2"):
        run(f"COPY INTO T FROM (SELECT $1, METADATA$FILE_ROW_NUMBER FROM @FILES) {options}")
    assert loaded(run) == []


def test_records_of_any_length_are_loaded_when_asked_for(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", RAGGED)
    run("COPY INTO T FROM @FILES FILE_FORMAT = (TYPE = CSV ERROR_ON_COLUMN_COUNT_MISMATCH = FALSE)")
    assert run("SELECT A, B FROM T ORDER BY A").fetchall() == [(1, "x"), (2, None), (3, "y"), (4, "w")]


VALIDATED = ["ERROR", "FILE", "LINE", "ROW_NUMBER", "COLUMN_NAME", "CODE", "SQL_STATE", "REJECTED_RECORD"]


def test_validation_returns_the_errors_and_loads_nothing(run: Run, table: Put) -> None:
    cursor = run("COPY INTO T FROM @FILES VALIDATION_MODE = RETURN_ERRORS")
    names = [column.name for column in cursor.description]
    (row,) = cursor.fetchall()
    found = dict(zip(names, row, strict=True))
    assert [found[name] for name in VALIDATED] == [
        "Numeric value 'none' is not recognized",
        "files/b.csv",
        2,
        2,
        '"T"["A":1]',
        100_038,
        "22018",
        "none,w",
    ]
    assert loaded(run) == []


def test_validation_returns_the_first_rows_of_good_files(run: Run, table: Put) -> None:
    rows = run("COPY INTO T FROM @FILES FILES = ('a.csv') VALIDATION_MODE = RETURN_1_ROWS").fetchall()
    assert rows == [(1, "x")]
    assert loaded(run) == []


def test_text_is_loaded_as_it_stands(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A VARCHAR, B VARCHAR)")
    stage("a.csv", "007,1.50\n2024-01-01T00:00:00Z,;\n")
    run("COPY INTO T FROM @FILES")
    assert run("SELECT A, B FROM T ORDER BY A").fetchall() == [("007", "1.50"), ("2024-01-01T00:00:00Z", ";")]


def test_a_transformation_chooses_fields_and_names_its_file(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR, C VARCHAR, D INT)")
    stage("a.csv", "x,1,unused\ny,oops,unused\n")
    run(
        "COPY INTO T FROM (SELECT s.$2::INT, UPPER($1), METADATA$FILENAME, METADATA$FILE_ROW_NUMBER FROM @FILES s)"
        " ON_ERROR = CONTINUE"
    )
    assert run("SELECT * FROM T").fetchall() == [(1, "X", "files/a.csv", 1)]


def test_a_field_that_is_used_twice_fails_once(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT NOT NULL, B INT)")
    stage("a.csv", "1\nx\n2\n")
    row = run("COPY INTO T FROM (SELECT $1::INT, $1::INT + 1 FROM @FILES) ON_ERROR = CONTINUE").fetchone()
    assert row[1:6] == ("PARTIALLY_LOADED", 3, 2, 3, 1)
    assert run("SELECT A, B FROM T ORDER BY A").fetchall() == [(1, 2), (2, 3)]


def test_a_header_matches_columns_by_name(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", "b,other,a\nx,-,1\n")
    options = "FILE_FORMAT = (TYPE = CSV PARSE_HEADER = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"
    run(f"COPY INTO T FROM @FILES {options}")
    assert run("SELECT A, B FROM T").fetchall() == [(1, "x")]


def test_a_document_that_is_no_json_is_rejected(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (V VARIANT)")
    stage("a.json", '{"a": 1}\n{"a": \n{"a": 3}\n')
    row = run("COPY INTO T FROM @FILES FILE_FORMAT = (TYPE = JSON) ON_ERROR = CONTINUE").fetchone()
    assert row[1:4] == ("PARTIALLY_LOADED", 3, 2)
    assert row[6:8] == ('Error parsing JSON: {"a": ', 2)
    assert [row[0] for row in run("SELECT V:a::INT FROM T ORDER BY 1").fetchall()] == [1, 3]


def test_only_files_at_fault_are_shown_when_asked_for(run: Run, table: Put) -> None:
    rows = run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE RETURN_FAILED_ONLY = TRUE").fetchall()
    assert [row[0] for row in rows] == ["files/b.csv"]


def test_no_file_is_begun_after_the_size_limit(run: Run, table: Put) -> None:
    assert len(run("COPY INTO T FROM @FILES SIZE_LIMIT = 1").fetchall()) == 1
    assert loaded(run) == [1, 2]


REFUSED = [
    pytest.param("ON_ERROR = SOMETIMES", 1008, id="an ON_ERROR that is none"),
    pytest.param("ON_ERROR = SKIP_FILE_0", 1008, id="a limit that is none"),
    pytest.param("VALIDATION_MODE = RETURN_ALL", 1008, id="a validation that is none"),
    pytest.param("COLOUR = RED", 1420, id="an option that is none"),
    pytest.param("INCLUDE_METADATA = (A = METADATA$FILE_ROW_NUMBER)", 2, id="an option without the one it needs"),
    pytest.param("FILE_FORMAT = (TYPE = AVRO)", 2, id="a type that is not there"),
    pytest.param("FILE_FORMAT = (TYPE = CSV FIELD_DELIMITER = '||')", 2, id="a delimiter that is not there"),
    pytest.param("FILE_FORMAT = (TYPE = CSV DATE_FORMAT = 'DD.MM.YYYY')", 2, id="a date format that is not there"),
]


@pytest.mark.parametrize(("option", "code"), REFUSED)
def test_an_option_is_honoured_or_refused(run: Run, table: Put, option: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(f"COPY INTO T FROM @FILES FILES = ('a.csv') {option}")
    assert refused.value.errno == code
    assert loaded(run) == []


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.one_of(st.integers(-999, 999).map(str), st.sampled_from(["x", "", "1,2", "--"])), max_size=12))
def test_every_row_is_loaded_or_rejected(run: Run, stage: Put, texts: list[str]) -> None:
    run("CREATE OR REPLACE TABLE T (A INT NOT NULL)")
    stage("a.csv", "".join(f"{text}\n" for text in texts))
    row = run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE FORCE = TRUE").fetchone()
    good = sorted(int(text) for text in texts if text.lstrip("-").isdecimal())
    assert loaded(run) == good
    assert (row[2], row[3], row[5]) == (len(texts), len(good), len(texts) - len(good))


def test_an_empty_line_between_records_is_none(run: Run, stage: Put) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", "1,x\n\n2,y\nz,w\n")
    row = run("COPY INTO T FROM @FILES ON_ERROR = CONTINUE").fetchone()
    assert (row[2], row[3], row[7]) == (3, 2, 4)
