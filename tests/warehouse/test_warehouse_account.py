"""Roles, grants, warehouses, resource monitors and integrations are kept and shown; they have no effect."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, ProgrammingError

from tests.warehouse_server import Server

Run = Callable[..., SnowflakeCursor]


@pytest.fixture
def name() -> str:
    """A name that no other test uses: the account is everybody's."""
    return f"N_{uuid.uuid4().hex[:8]}".upper()


def shown(run: Run, what: str) -> list[dict[str, Any]]:
    cursor = run(f"SHOW {what}")
    return [dict(zip([c.name for c in cursor.description], row, strict=True)) for row in cursor.fetchall()]


def test_a_warehouse_is_shown_as_it_was_made_and_changed(run: Run, name: str) -> None:
    run(f"CREATE WAREHOUSE {name} WITH WAREHOUSE_SIZE = 'MEDIUM', AUTO_SUSPEND = 60 COMMENT = 'it''s ours'")
    run(f"ALTER WAREHOUSE {name} SET AUTO_SUSPEND = 120")
    run(f"ALTER WAREHOUSE {name} SUSPEND")
    (row,) = shown(run, f"WAREHOUSES LIKE '{name.lower()}'")
    assert [row[key] for key in ("name", "size", "auto_suspend", "state", "comment")] == [
        name,
        "Medium",
        120,
        "SUSPENDED",
        "it's ours",
    ]
    run(f"DROP WAREHOUSE {name}")
    assert shown(run, f"WAREHOUSES LIKE '{name}'") == []


def test_a_resource_monitor_is_shown_with_its_triggers(run: Run, name: str) -> None:
    run(
        f"CREATE RESOURCE MONITOR {name} WITH CREDIT_QUOTA = 20 FREQUENCY = WEEKLY START_TIMESTAMP = IMMEDIATELY "
        "TRIGGERS ON 80 PERCENT DO NOTIFY ON 100 PERCENT DO SUSPEND ON 110 PERCENT DO SUSPEND_IMMEDIATE"
    )
    (row,) = shown(run, f"RESOURCE MONITORS LIKE '{name}'")
    keys = ("credit_quota", "frequency", "notify_at", "suspend_at", "suspend_immediately_at")
    assert [row[key] for key in keys] == ["20", "WEEKLY", "80%", "100%", "110%"]


def test_an_integration_is_shown_and_described(run: Run, name: str) -> None:
    run(
        f"CREATE STORAGE INTEGRATION {name} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
        "STORAGE_AWS_ROLE_ARN = 'arn:aws:iam::000000000000:role/r' STORAGE_ALLOWED_LOCATIONS = ('s3://a/', 's3://b/')"
    )
    (row,) = shown(run, f"STORAGE INTEGRATIONS LIKE '{name}'")
    assert (row["type"], row["category"], row["enabled"]) == ("EXTERNAL_STAGE", "STORAGE", "true")
    described = {row[0]: row[2] for row in run(f"DESC INTEGRATION {name}").fetchall()}
    assert described["STORAGE_ALLOWED_LOCATIONS"] == "s3://a/,s3://b/"


def test_grants_are_shown_from_both_sides(run: Run, name: str) -> None:
    run("CREATE TABLE T (A INT)")
    run(f"CREATE ROLE {name}")
    run(f"GRANT SELECT, INSERT ON TABLE T TO ROLE {name} WITH GRANT OPTION")
    run(f"GRANT SELECT ON ALL TABLES IN SCHEMA S TO ROLE {name}")
    run(f"REVOKE INSERT ON TABLE T FROM ROLE {name}")
    (given,) = shown(run, f"GRANTS TO ROLE {name}")
    assert (given["privilege"], given["granted_on"], given["name"].split(".")[1:]) == ("SELECT", "TABLE", ["S", "T"])
    assert [row["grantee_name"] for row in shown(run, "GRANTS ON TABLE T")] == [name]


def test_a_grant_made_again_keeps_its_time_and_its_option(run: Run, name: str) -> None:
    run(f"CREATE ROLE {name}")
    run(f"GRANT USAGE ON WAREHOUSE W TO ROLE {name} WITH GRANT OPTION")
    first = shown(run, f"GRANTS TO ROLE {name}")
    run(f"GRANT USAGE ON WAREHOUSE W TO ROLE {name}")
    assert shown(run, f"GRANTS TO ROLE {name}") == first
    assert first[0]["grant_option"] == "true"


def test_a_role_that_is_granted_is_shown_of_that_role(run: Run, name: str) -> None:
    run(f"CREATE ROLE {name}")
    run(f"GRANT ROLE {name} TO ROLE SYSADMIN")
    run(f"GRANT ROLE {name} TO USER LAB")
    rows = shown(run, f"GRANTS OF ROLE {name}")
    assert sorted((row["granted_to"], row["grantee_name"]) for row in rows) == [("ROLE", "SYSADMIN"), ("USER", "LAB")]


def test_future_grants_are_shown_by_themselves(run: Run, name: str, database: str) -> None:
    run(f"CREATE ROLE {name}")
    run(f"GRANT SELECT ON FUTURE TABLES IN SCHEMA S TO ROLE {name}")
    (row,) = shown(run, "FUTURE GRANTS IN SCHEMA S")
    assert (row["privilege"], row["granted_on"], row["name"]) == ("SELECT", "TABLE", f"{database}.S.<TABLE>")
    assert shown(run, f"GRANTS TO ROLE {name}") == []


def test_what_is_used_is_current(run: Run, name: str) -> None:
    assert run("SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE()").fetchone() == ("ACCOUNTADMIN", None)
    run(f"CREATE ROLE {name}")
    run(f"CREATE WAREHOUSE {name}")
    run(f"USE ROLE {name}")
    run(f"USE WAREHOUSE {name}")
    assert run("SELECT CURRENT_ROLE(), CURRENT_WAREHOUSE()").fetchone() == (name, name)
    assert [row["is_current"] for row in shown(run, f"ROLES LIKE '{name}'")] == ["Y"]


def test_a_login_names_its_role_and_warehouse(run: Run, name: str, connect: Callable[..., Any]) -> None:
    run(f"CREATE WAREHOUSE {name}")
    session = connect(role="sysadmin", warehouse=name.lower())
    assert (session.role, session.warehouse) == ("SYSADMIN", name)
    without = connect(warehouse="NONE_SUCH").cursor().execute("SELECT CURRENT_WAREHOUSE()")
    assert without.fetchone() == (None,)
    with pytest.raises(DatabaseError, match="NONE_SUCH"):
        connect(role="NONE_SUCH")


ERRORS = [
    pytest.param("CREATE ROLE SYSADMIN", 2002, id="made twice"),
    pytest.param("DROP WAREHOUSE NONE_SUCH", 2003, id="drop of nothing"),
    pytest.param("ALTER WAREHOUSE NONE_SUCH SUSPEND", 2003, id="change of nothing"),
    pytest.param("USE ROLE NONE_SUCH", 2043, id="use of nothing"),
    pytest.param("GRANT USAGE ON DATABASE D TO ROLE NONE_SUCH", 2003, id="grant to nobody"),
    pytest.param("CREATE WAREHOUSE W COLOUR = RED", 1420, id="a property that is none"),
    pytest.param("CREATE WAREHOUSE W RESOURCE_MONITOR = NONE_SUCH", 2003, id="a monitor that is not there"),
    pytest.param("DROP ROLE ACCOUNTADMIN", 3001, id="the account's own role"),
    pytest.param("GRANT SELECT TO ROLE SYSADMIN", 1003, id="a grant on nothing"),
]


@pytest.mark.parametrize(("statement", "code"), ERRORS)
def test_what_cannot_be_done_is_refused_with_its_code(run: Run, statement: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(statement)
    assert refused.value.errno == code


def test_a_replacement_that_fails_leaves_the_object_as_it_was(run: Run, name: str) -> None:
    run(f"CREATE WAREHOUSE {name} COMMENT = 'first'")
    with pytest.raises(ProgrammingError):
        run(f"CREATE OR REPLACE WAREHOUSE {name} COMMENT = 'second' RESOURCE_MONITOR = NONE_SUCH")
    with pytest.raises(ProgrammingError):
        run(f"ALTER WAREHOUSE {name} RENAME TO B C")
    assert [row["comment"] for row in shown(run, f"WAREHOUSES LIKE '{name}'")] == ["first"]


def test_if_exists_and_if_not_exists_are_no_errors_and_change_nothing(run: Run, name: str) -> None:
    run(f"DROP ROLE IF EXISTS {name}")
    run(f"CREATE ROLE {name} COMMENT = 'first'")
    run(f"CREATE ROLE IF NOT EXISTS {name} COMMENT = 'second'")
    assert [row["comment"] for row in shown(run, f"ROLES LIKE '{name}'")] == ["first"]


def test_answers_say_that_they_have_no_effect(run: Run, name: str) -> None:
    assert "no effect" in run(f"-- account\nCREATE ROLE {name};").fetchone()[0]


def test_the_account_outlives_the_server(own_server: Callable[[], Server]) -> None:
    first = own_server()
    with first.connect() as connection:
        connection.cursor().execute("CREATE ROLE KEPT")
        connection.cursor().execute("GRANT ROLE KEPT TO ROLE SYSADMIN")
    first.kill()
    with own_server().connect() as connection:
        assert len(connection.cursor().execute("SHOW GRANTS OF ROLE KEPT").fetchall()) == 1
