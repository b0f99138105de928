"""What the local warehouse has not is refused by name, and nothing is done; nothing is a fake success."""

from collections.abc import Callable

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]

REFUSED = [
    ("CREATE STREAM X ON TABLE T", "CREATE STREAM"),
    ("CREATE OR REPLACE TASK X SCHEDULE = '1 MINUTE' AS SELECT 1", "CREATE TASK"),
    ("ALTER TASK X RESUME", "ALTER TASK"),
    ("CREATE PIPE P AS COPY INTO T FROM @X", "CREATE PIPE"),
    ("CREATE ALERT A IF (EXISTS (SELECT 1)) THEN SELECT 1", "CREATE ALERT"),
    ("CREATE PROCEDURE P() RETURNS INT LANGUAGE SQL AS 'SELECT 1'", "CREATE PROCEDURE"),
    ("CALL P()", "CALL P"),
    ("EXECUTE IMMEDIATE 'SELECT 1'", "EXECUTE IMMEDIATE"),
    ("EXECUTE TASK X", "EXECUTE TASK"),
    ("DECLARE X INT; BEGIN RETURN 1; END", "Snowflake Scripting"),
    ("BEGIN LET X := 1; RETURN X; END", "Snowflake Scripting"),
    ("CREATE FUNCTION F(X INT) RETURNS INT LANGUAGE PYTHON AS 'x'", "LANGUAGE PYTHON"),
    ("CREATE FUNCTION F(X INT) RETURNS TABLE (Y INT) AS 'SELECT 1'", "RETURNS TABLE"),
    ("ALTER TABLE T SWAP WITH U", "SWAP WITH"),
    ("CREATE STAGE S1 CLONE S2", "CLONE"),
    ("CREATE DYNAMIC TABLE D TARGET_LAG = '1 minute' WAREHOUSE = W AS SELECT 1 AS A", "CREATE DYNAMIC TABLE"),
    ("CREATE SECURE MATERIALIZED VIEW M AS SELECT A FROM T", "CREATE MATERIALIZED VIEW"),
    ("CREATE EXTERNAL TABLE E LOCATION = @X", "CREATE EXTERNAL TABLE"),
    ("CREATE ICEBERG TABLE I (A INT)", "CREATE ICEBERG TABLE"),
    ("CREATE MASKING POLICY M AS (V VARCHAR) RETURNS VARCHAR -> V", "CREATE MASKING POLICY"),
    ("CREATE ROW ACCESS POLICY R AS (V VARCHAR) RETURNS BOOLEAN -> TRUE", "CREATE ROW ACCESS POLICY"),
    ("CREATE NETWORK POLICY N ALLOWED_IP_LIST = ('127.0.0.1')", "CREATE NETWORK POLICY"),
    ("CREATE SHARE S1", "CREATE SHARE"),
    ("CREATE TAG G", "CREATE TAG"),
    ("CREATE SECRET X TYPE = PASSWORD", "CREATE SECRET"),
    ("SELECT * FROM T AT(OFFSET => -60)", "time travel"),
    ("SELECT * FROM T BEFORE(STATEMENT => 'x')", "time travel"),
    ("UNDROP TABLE T", "UNDROP TABLE"),
    ("COPY INTO @~/x FROM T", "COPY INTO a location"),
    ("SHOW STREAMS", "SHOW STREAMS"),
    ("SHOW TASKS IN SCHEMA S", "SHOW TASKS"),
    ("SHOW MASKING POLICIES", "SHOW MASKING POLICIES"),
]


@pytest.mark.parametrize(("statement", "named"), REFUSED, ids=[statement for statement, _ in REFUSED])
def test_what_is_not_there_is_refused_by_name(run: Run, statement: str, named: str) -> None:
    run("CREATE TABLE T (A INT)")
    with pytest.raises(ProgrammingError, match=r"^000002 \(0A000\)") as refused:
        run(statement)
    assert named in refused.value.msg
    assert [row[1] for row in run("SHOW OBJECTS").fetchall()] == ["T"]


@pytest.mark.parametrize("begin", ["BEGIN", "BEGIN TRANSACTION", "begin work", "BEGIN NAME T1", "BEGIN;"])
def test_a_transaction_is_no_scripting_block(run: Run, begin: str) -> None:
    run(begin)
    run("COMMIT")


def test_columns_named_like_what_is_not_there_are_columns(run: Run) -> None:
    run("CREATE TABLE T (TASK INT, STREAM INT, TAG VARCHAR)")
    run("INSERT INTO T VALUES (1, 2, 'x')")
    assert run("SELECT TASK, STREAM, TAG FROM T").fetchall() == [(1, 2, "x")]
