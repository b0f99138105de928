"""Databases and schemas, and which of them are current."""

from collections.abc import Callable, Iterator

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

from tests.warehouse_server import Server

Run = Callable[..., SnowflakeCursor]

WHERE = "SELECT CURRENT_DATABASE(), CURRENT_SCHEMA()"


@pytest.fixture
def alone(server: Server) -> Iterator[Run]:
    """Run statements in a session without a database."""
    with server.connect() as connection:
        yield connection.cursor().execute


@pytest.fixture
def new(database: str) -> str:
    """A name for a further database."""
    return f"{database}_NEW"


def test_a_session_without_a_database_has_none(alone: Run) -> None:
    assert alone(WHERE).fetchone() == (None, None)


def test_a_new_database_has_a_schema_public_and_both_are_current(alone: Run, new: str) -> None:
    assert alone(f"CREATE DATABASE {new}").fetchone() == (f"Database {new} successfully created.",)
    assert alone(WHERE).fetchone() == (new, "PUBLIC")
    alone("CREATE TABLE T AS SELECT 1 AS A")
    assert alone(f"SELECT A FROM {new}.PUBLIC.T").fetchone() == (1,)


def test_a_new_schema_is_current(alone: Run, new: str) -> None:
    alone(f"CREATE DATABASE {new}")
    alone("CREATE SCHEMA S2")
    assert alone(WHERE).fetchone() == (new, "S2")


@pytest.mark.parametrize(
    ("use", "schema"),
    [
        ("USE DATABASE {new}", "PUBLIC"),
        ("USE {new}", "PUBLIC"),
        ("USE SCHEMA {new}.Other", "OTHER"),
        ("USE {new}.Other", "OTHER"),
        ("USE DATABASE IDENTIFIER('{new}')", "PUBLIC"),
    ],
)
def test_what_is_used_is_current(run: Run, alone: Run, new: str, use: str, schema: str) -> None:
    for statement in (f"CREATE DATABASE {new}", "CREATE SCHEMA OTHER"):
        alone(statement)
    run(use.format(new=new))
    assert run(WHERE).fetchone() == (new, schema)


def test_a_schema_without_its_database_s_name_is_of_the_current_one(run: Run, database: str) -> None:
    run("USE SCHEMA PUBLIC")
    assert run(WHERE).fetchone() == (database, "PUBLIC")


@pytest.mark.parametrize("use", ["USE DATABASE NONE_SUCH", "USE SCHEMA NONE_SUCH", "USE SCHEMA NONE_SUCH.PUBLIC"])
def test_what_is_not_there_is_not_used(run: Run, database: str, use: str) -> None:
    with pytest.raises(ProgrammingError, match="Object does not exist, or operation cannot be performed") as missing:
        run(use)
    assert missing.value.errno == 2043
    assert run(WHERE).fetchone() == (database, "S")


def test_a_client_that_names_a_database_alone_is_in_its_schema_public(server: Server, database: str) -> None:
    with server.connect(database) as connection:
        assert connection.schema == "PUBLIC"
        assert connection.cursor().execute(WHERE).fetchone() == (database, "PUBLIC")  # type: ignore[union-attr]


def test_a_database_without_public_has_no_current_schema(server: Server, run: Run, database: str) -> None:
    run("DROP SCHEMA PUBLIC")
    with server.connect(database) as connection:
        assert connection.cursor().execute(WHERE).fetchone() == (database, None)  # type: ignore[union-attr]
    run(f"USE DATABASE {database}")
    assert run(WHERE).fetchone() == (database, None)
    with pytest.raises(ProgrammingError) as nowhere:
        run("CREATE TABLE T (A INT)")
    assert nowhere.value.errno == 90106


@pytest.mark.parametrize("kind", ["DATABASE", "SCHEMA"])
def test_what_exists_is_made_again_only_if_replaced(run: Run, new: str, kind: str) -> None:
    run(f"CREATE {kind} {new}")
    run("CREATE TABLE T (A INT) COMMENT = 'old'")
    run("CREATE STAGE FILES")
    with pytest.raises(ProgrammingError, match=f"Object '{new}' already exists") as there:
        run(f"CREATE {kind} {new}")
    assert there.value.errno == 2002
    assert run(f"CREATE {kind} IF NOT EXISTS {new}").fetchone() == (f"{new} already exists, statement succeeded.",)
    run("SELECT * FROM T")
    run(f"CREATE OR REPLACE {kind} {new}")
    with pytest.raises(ProgrammingError) as gone:
        run("SELECT * FROM T")
    assert gone.value.errno == 2003
    run("CREATE TABLE T (A INT)")
    [comment] = run("SELECT COMMENT FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = 'T'").fetchone()  # type: ignore[misc]
    assert not comment
    run("CREATE STAGE FILES")


def test_a_schema_is_dropped_with_all_it_holds(run: Run, stage: Callable[[str, str], None], database: str) -> None:
    run("CREATE TABLE T (A INT)")
    stage("a.csv", "1\n")
    run("COPY INTO T FROM @FILES")
    assert run("DROP SCHEMA S").fetchone() == ("S successfully dropped.",)
    assert run(WHERE).fetchone() == (database, None)
    for statement in ("CREATE SCHEMA S", "CREATE TABLE T (A INT)", "CREATE STAGE FILES"):
        run(statement)
    assert run("LIST @FILES").fetchall() == []
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_a_database_that_another_session_still_reads_is_dropped_and_made_again(
    run: Run, alone: Run, server: Server, new: str
) -> None:
    alone(f"CREATE DATABASE {new}")
    alone("CREATE TABLE T AS SELECT 1 AS A")
    with server.connect(new) as reader:
        cursor = reader.cursor().execute("BEGIN").execute("SELECT A FROM T")  # type: ignore[union-attr]
        for _ in range(2):
            run(f"DROP DATABASE {new}")
            run(f"CREATE DATABASE {new}")
        assert cursor.fetchall() == [(1,)]  # type: ignore[union-attr]
    assert run(f"SELECT COUNT(*) FROM {new}.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'PUBLIC'").fetchone() == (0,)


@pytest.mark.parametrize("kind", ["DATABASE", "SCHEMA"])
def test_a_clone_is_refused_and_nothing_is_made(run: Run, database: str, new: str, kind: str) -> None:
    source = database if kind == "DATABASE" else "S"
    with pytest.raises(ProgrammingError, match="CLONE") as refused:
        run(f"CREATE {kind} {new} CLONE {source}")
    assert refused.value.errno == 2
    run(f"CREATE {kind} {new}")


@pytest.mark.parametrize("name", ['"../elsewhere"', '"a b"', '"it\'s"', '"memory"', '"_fs_global"'])
def test_a_name_that_cannot_be_a_file_s_is_refused(run: Run, name: str) -> None:
    with pytest.raises(ProgrammingError, match="invalid identifier"):
        run(f"CREATE DATABASE {name}")


def test_context_functions_tell_who_asks(run: Run, connection: object) -> None:
    told = run("SELECT CURRENT_USER(), CURRENT_ACCOUNT(), CURRENT_SESSION(), UPPER(CURRENT_ROLE())").fetchone()
    assert told == ("LAB", "LAB", str(connection.session_id), "ACCOUNTADMIN")  # type: ignore[attr-defined]
    with pytest.raises(ProgrammingError, match=r"CURRENT_IP_ADDRESS\(\)"):
        run("SELECT CURRENT_IP_ADDRESS()")
