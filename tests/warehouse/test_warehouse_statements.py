"""Comments never change what a statement does, and nothing is applied twice."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_snowflake.statements import single
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]

WRAPPED = [
    pytest.param("{};", id="semicolon"),
    pytest.param("{}; -- after", id="line comment after the semicolon"),
    pytest.param("{} -- after", id="line comment after"),
    pytest.param("{}; /* after */", id="block comment after"),
    pytest.param("-- before\n{}", id="line comment before"),
    pytest.param("/* before; with a semicolon */ {}", id="block comment before"),
    pytest.param("// before\n{};;", id="slashes before, two semicolons"),
    pytest.param("\n\n  {}  \n;\n-- the end\n", id="white space"),
]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_an_insert_is_applied_once_whatever_surrounds_it(run: Run, wrapped: str) -> None:
    run("CREATE TABLE T (A INT)")
    run(wrapped.format("INSERT INTO T VALUES (1)"))
    assert run("SELECT COUNT(*) FROM T").fetchone() == (1,)


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_a_merge_is_applied_once_whatever_surrounds_it(run: Run, wrapped: str) -> None:
    run("CREATE TABLE T (A INT, B INT)")
    run(
        wrapped.format(
            "MERGE INTO T USING (SELECT 1 AS A) S ON T.A = S.A WHEN NOT MATCHED THEN INSERT (A) VALUES (S.A)"
        )
    )
    assert run("SELECT A, B FROM T").fetchall() == [(1, None)]


@pytest.mark.parametrize("wrapped", WRAPPED)
def test_begin_and_rollback_work_whatever_surrounds_them(run: Run, wrapped: str) -> None:
    run("CREATE TABLE T (A INT)")
    run(wrapped.format("BEGIN"))
    run("INSERT INTO T VALUES (1)")
    run(wrapped.format("ROLLBACK"))
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_many_statements_in_one_text_run_in_order(connection: SnowflakeConnection) -> None:
    cursors = list(
        connection.execute_string(
            "CREATE TABLE T (A INT); -- first\nBEGIN;\nINSERT INTO T VALUES (1); -- once; really\n"
            "INSERT INTO T SELECT A + 1 FROM T; /* ; */ COMMIT;\nSELECT A, ';' FROM T ORDER BY A;"
        )
    )
    assert cursors[-1].fetchall() == [(1, ";"), (2, ";")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("-- nothing", 900, id="only a comment"),
        pytest.param("/* nothing */ ;", 900, id="a comment and a semicolon"),
        pytest.param("SELECT 1; SELECT 2", 8, id="two statements"),
    ],
)
def test_a_text_that_is_not_one_statement_is_refused(run: Run, text: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(text)
    assert refused.value.errno == code


@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_a_string_is_never_taken_for_a_comment(text: str) -> None:
    literal = "'" + text.replace("\\", "").replace("'", "''") + "'"
    assert single(f"-- x\nSELECT {literal} /* y */; -- z") == f"SELECT {literal}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SELECT '--' -- x", "SELECT '--'", id="dashes in a string"),
        pytest.param('SELECT 1 AS "/* a */"', 'SELECT 1 AS "/* a */"', id="a comment in a name"),
        pytest.param("SELECT $$ -- a $$", "SELECT $$ -- a $$", id="dollar quotes"),
        pytest.param("SELECT 1 /* a */ + 2", "SELECT 1   + 2", id="inside"),
        pytest.param("PUT file:///a//b @S;", "PUT file:///a//b @S", id="slashes of a path"),
        pytest.param("COPY INTO T FROM @S/a/ PATTERN='.*//x'", "COPY INTO T FROM @S/a/ PATTERN='.*//x'", id="stage"),
    ],
)
def test_only_comments_are_removed(text: str, expected: str) -> None:
    assert single(text).split() == expected.split()


def test_a_bound_value_may_be_cast_at_once(connect: Callable[..., SnowflakeConnection]) -> None:
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute("SELECT ?::NUMBER(9, 2), ? ::VARCHAR", ("1.5", 7))
    assert cursor.fetchall() == [(Decimal("1.50"), "7")]
