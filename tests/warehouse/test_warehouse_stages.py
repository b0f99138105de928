"""Stages and their files: named ones, tables' and the user's; listed, loaded, removed, and never outside of a stage."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import OperationalError, ProgrammingError

from tests.warehouse_server import Server

Run = Callable[..., Any]
Put = Callable[..., str]
Kept = Callable[[], list[str]]


@pytest.fixture
def files(run: Run, put: Put) -> Put:
    """A stage FILES of four files."""
    run("CREATE STAGE FILES")
    for stage, name in (("", "a.csv"), ("/2024", "jan.csv"), ("/2024", "feb.json"), ("/2025", "jan.csv")):
        put(f"@FILES{stage}", name)
    return put


def names(run: Run, statement: str) -> list[str]:
    return [row[0] for row in run(statement).fetchall()]


def test_list_shows_each_files_name_size_md5_and_time(run: Run, put: Put) -> None:
    run("CREATE STAGE Files")
    put("@files/dir", "A.csv", "1,x\n")
    listed = run("LIST @files")
    (row,) = listed.fetchall()
    assert [column.name for column in listed.description] == ["name", "size", "md5", "last_modified"]
    assert row[:3] == ("files/dir/A.csv", 4, hashlib.md5(b"1,x\n").hexdigest())
    assert row[3].endswith(" GMT")
    assert abs(parsedate_to_datetime(row[3]) - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("what", "found"),
    [
        ("@FILES", ["2024/feb.json", "2024/jan.csv", "2025/jan.csv", "a.csv"]),
        ("@FILES/2024", ["2024/feb.json", "2024/jan.csv"]),
        ("@FILES/2024/", ["2024/feb.json", "2024/jan.csv"]),
        ("@FILES/202", ["2024/feb.json", "2024/jan.csv", "2025/jan.csv"]),
        ("@FILES/2024/jan.csv", ["2024/jan.csv"]),
        ("@FILES/none", []),
        ("@S.FILES/2025", ["2025/jan.csv"]),
        ("'@files/2025'", ["2025/jan.csv"]),
        ("@FILES PATTERN = '.*jan.*'", ["2024/jan.csv", "2025/jan.csv"]),
        ("@FILES/2024 PATTERN = '.*jan.*'", ["2024/jan.csv"]),
        ("@FILES PATTERN = 'jan.*'", []),
        ("@FILES PATTERN = '.*[.]json'", ["2024/feb.json"]),
    ],
)
def test_list_get_and_remove_choose_the_same_files(
    run: Run, files: Put, tmp_path: Path, what: str, found: list[str]
) -> None:
    everything = names(run, "LIST @FILES")
    shown = [f"files/{path}" for path in found]
    assert names(run, f"LIST {what}") == shown == names(run, f"ls {what}")
    stage, _, option = what.partition(" ")
    if found:
        got = names(run, f"GET {stage} file://{tmp_path}/ {option}")
        assert got == sorted(path.rpartition("/")[2] for path in found)
        assert all((tmp_path / name).read_text() == "1\n" for name in got)
    assert run(f"REMOVE {what}").fetchall() == [(name, "removed") for name in shown]
    assert names(run, "LIST @FILES") == [name for name in everything if name not in shown]


def test_what_is_not_there_cannot_be_fetched(run: Run, files: Put, tmp_path: Path) -> None:
    with pytest.raises(OperationalError, match="the file does not exist"):
        run(f"GET @FILES/none file://{tmp_path}/")


def test_the_users_stage_needs_no_schema(put: Put, run: Run, server: Server) -> None:
    put("@~/dir", "mine.csv", "1\n2\n", "OVERWRITE = TRUE")
    with server.connect() as elsewhere:
        assert [row[0] for row in elsewhere.cursor().execute("LIST @~")] == ["dir/mine.csv"]
    run("CREATE TABLE T (A INT)")
    assert run("COPY INTO T FROM @~/dir").fetchone()[:4] == ("dir/mine.csv", "LOADED", 2, 2)
    assert run("RM @~").fetchall() == [("dir/mine.csv", "removed")]


@pytest.mark.parametrize(("table", "stage"), [("T", "@%T"), ("T", "@S.%t"), ('"my table"', "'@%\"my table\"'")])
def test_each_table_has_a_stage(run: Run, put: Put, table: str, stage: str) -> None:
    run(f"CREATE TABLE {table} (A INT)")
    put(stage, "a.csv", "1\n2\n")
    assert names(run, f"LIST {stage}") == ["a.csv"]
    assert run(f"COPY INTO {table} FROM {stage}").fetchone()[:4] == ("a.csv", "LOADED", 2, 2)


def test_a_tables_stage_is_for_that_table(run: Run, put: Put) -> None:
    run("CREATE TABLE T (A INT)")
    run("CREATE TABLE U (A INT)")
    put("@%T", "a.csv")
    with pytest.raises(ProgrammingError) as other:
        run("COPY INTO U FROM @%T")
    assert other.value.errno == 1023


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ("DROP TABLE T", {}),
        ("CREATE OR REPLACE TABLE T (A INT)", {"@%T": []}),
        ("ALTER TABLE T RENAME TO U", {"@%U": ["a.csv"]}),
        ("TRUNCATE TABLE T", {"@%T": ["a.csv"]}),
        ("DROP SCHEMA S", {}),
    ],
)
def test_a_tables_files_go_where_the_table_goes(
    run: Run, put: Put, kept: Kept, *, change: str, left: dict[str, list[str]]
) -> None:
    run("CREATE TABLE T (A INT)")
    put("@%T", "a.csv")
    run(change)
    assert {stage: names(run, f"LIST {stage}") for stage in left} == left
    assert len(kept()) == sum(map(len, left.values()))


@pytest.mark.parametrize("change", ["DROP STAGE FILES", "DROP STAGE IF EXISTS S.FILES", "DROP SCHEMA S"])
def test_a_dropped_stage_is_gone_with_its_files(run: Run, files: Put, kept: Kept, database: str, change: str) -> None:
    assert len(kept()) == 4
    assert run(change).fetchone()[0].endswith(" successfully dropped.")
    assert kept() == []
    with pytest.raises(ProgrammingError) as gone:
        run(f"LIST @{database}.S.FILES")
    assert gone.value.errno == 2003
    run("CREATE SCHEMA IF NOT EXISTS S")
    run("CREATE STAGE S.FILES")
    assert names(run, "LIST @S.FILES") == []


def test_a_stage_that_is_not_there_is_dropped_only_if_it_exists(run: Run) -> None:
    said = run("DROP STAGE IF EXISTS FILES").fetchone()[0]
    assert said == "Drop statement executed successfully (FILES already dropped)."
    with pytest.raises(ProgrammingError) as missing:
        run("DROP STAGE FILES")
    assert (missing.value.errno, missing.value.sqlstate) == (2003, "02000")


def test_a_replaced_stage_is_empty_and_one_that_is_there_is_kept(run: Run, files: Put) -> None:
    with pytest.raises(ProgrammingError) as there:
        run("CREATE STAGE FILES")
    assert there.value.errno == 2002
    run("CREATE STAGE IF NOT EXISTS FILES")
    assert len(names(run, "LIST @FILES")) == 4
    run("CREATE OR REPLACE STAGE FILES")
    assert names(run, "LIST @FILES") == []


def test_a_temporary_stage_goes_with_its_session(server: Server, database: str, kept: Kept, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    with server.connect(database, "S") as session:
        session.cursor().execute("CREATE TEMPORARY STAGE BRIEF")
        session.cursor().execute(f"PUT file://{tmp_path}/a.csv @BRIEF")
        assert len(kept()) == 1
    assert kept() == []


@pytest.mark.parametrize("name", ['"my stage"', '"it\'s"', '"a/b"', '"../up"', '".."', '"%41"', '"Ä"', "A$1"])
def test_a_stage_may_have_any_name_and_lies_in_its_schema(
    run: Run, put: Put, kept: Kept, database: str, name: str
) -> None:
    kind = 'TABLE "41" (A INT)' if name == '"%41"' else f"STAGE {name}"
    run(f"CREATE OR REPLACE {kind}")
    stage = "'@" + name.replace("'", "''") + "/in'"
    put(stage, "a.csv")
    assert [shown.rpartition("/")[2] for shown in names(run, f"LIST {stage}")] == ["a.csv"]
    (file,) = kept()
    assert file.startswith(f"{database}/S/") and file.endswith("/in/a.csv") and file.count("/") == 4


@pytest.mark.parametrize(
    "statement", ["LIST {0}", "REMOVE {0}", "GET {0} file://{1}/", "PUT file://{1}/a.csv {0}", "COPY INTO T FROM {0}"]
)
def test_a_missing_stage_is_said_to_be_missing(run: Run, tmp_path: Path, statement: str) -> None:
    run("CREATE TABLE T (A INT)")
    (tmp_path / "a.csv").write_text("1\n")
    for stage in ("@NONE", "@NONE/dir/", '@"none"', "@%NONE", "@S.NONE", "@NONE.NONE.NONE"):
        with pytest.raises(ProgrammingError, match=r"Stage '.*' does not exist or not authorized") as missing:
            run(statement.format(stage, tmp_path))
        assert (missing.value.errno, missing.value.sqlstate) == (2003, "02000")


@pytest.mark.parametrize(
    "statement",
    [
        "LIST {0}", "REMOVE {0}", "GET {0} file://{1}/", "PUT file://{1}/a.csv {0}", "COPY INTO T FROM {0}",
        "SELECT * FROM TABLE(INFER_SCHEMA(LOCATION => '{0}', FILE_FORMAT => 'F'))",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_its_stage(run: Run, files: Put, kept: Kept, tmp_path: Path, statement: str) -> None:
    run("CREATE TABLE T (A INT)")
    run("CREATE FILE FORMAT F TYPE = PARQUET")
    (tmp_path / "a.csv").write_text("1\n")
    before = kept()
    for path in ("../../x", "..", "a/../../x", "./a", "../OTHER/a.csv"):
        with pytest.raises(ProgrammingError, match=r"'\.' or '\.\.' in the path of a stage"):
            run(statement.format(f"@FILES/{path}", tmp_path))
    assert kept() == before


def test_a_file_named_by_copy_must_lie_in_the_stage(run: Run, files: Put) -> None:
    run("CREATE TABLE T (A VARCHAR)")
    run("CREATE STAGE OTHER")
    with pytest.raises(ProgrammingError, match="was not found"):
        run("COPY INTO T FROM @OTHER FILES = ('../FILES/a.csv')")


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("LIST FILES", 1003),
        ("LIST", 1003),
        ("LIST @FILES PATTERN = '('", 1008),
        ("LIST @FILES LIMIT 3", 1003),
        ("LIST @a.b.c.d", 1003),
        ("PUT file:///tmp/a.csv FILES", 1003),
        ("PUT 's3://bucket/a.csv' @FILES", 1011),
        ("PUT file:///tmp/a.csv @FILES PARALLEL = 100", 1008),
        ("PUT file:///tmp/a.csv @FILES OVERWRITE = MAYBE", 1008),
        ("PUT file:///tmp/a.csv @FILES SOURCE_COMPRESSION = LZO", 1008),
        ("PUT file:///tmp/a.csv @FILES SPEED = 3", 1003),
        ("GET @FILES file:///tmp/ OVERWRITE = TRUE", 1003),
        ("GET @AFAR file:///tmp/", 2),
        ("PUT file:///tmp/a.csv @AFAR", 2),
    ],
)
def test_what_is_written_wrong_is_refused(run: Run, statement: str, code: int) -> None:
    run("CREATE STAGE FILES")
    run("CREATE STAGE AFAR URL = 's3://bucket/afar/'")
    with pytest.raises(ProgrammingError) as wrong:
        run(statement)
    assert wrong.value.errno == code


def test_without_a_database_a_stage_must_be_named_in_full(server: Server, database: str, files: Put) -> None:
    with server.connect() as connection:
        assert len(connection.cursor().execute(f"LIST @{database}.S.FILES").fetchall()) == 4
        with pytest.raises(ProgrammingError) as nowhere:
            connection.cursor().execute("LIST @FILES")
    assert nowhere.value.errno == 90_105


@pytest.mark.parametrize("before", ["/* sent by a program */ ", "-- a line\n", "\n  "])
def test_comments_around_a_command_are_none_of_it(run: Run, files: Put, before: str) -> None:
    assert names(run, f"{before}LIST @FILES/a.csv -- the one file\n;") == ["files/a.csv"]
