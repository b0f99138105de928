"""Deploying the warehouse: numbered files in order, placeholders filled in, and errors that name their place."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

from scripts import warehouse
from scripts.errors import LabError, Unavailable

VARIABLES = {"database": "D", "warehouse": "W"}
Write = Callable[..., Path]


class Connection:
    """Takes every statement but those that contain `refuses`."""

    def __init__(self, refuses: str | None = None) -> None:
        self.executed: list[str] = []
        self._refuses = refuses

    def cursor(self) -> "Connection":
        return self

    def execute(self, statement: str) -> None:
        if self._refuses and self._refuses in statement:
            raise ProgrammingError(msg="no such thing", errno=2003, sqlstate="42S02")
        self.executed.append(statement)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write numbered files: `write(("02_b.sql", "SELECT 2"))` returns their folder."""

    def written(*files: tuple[str, str]) -> Path:
        for name, text in files:
            (tmp_path / name).write_text(text)
        return tmp_path

    return written


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Connection:
    connection = Connection()
    monkeypatch.setattr(warehouse, "connect", lambda: connection)
    return connection


def test_files_run_in_the_order_of_their_numbers_with_placeholders_filled_in(
    write: Write, connection: Connection
) -> None:
    notes: list[str] = []
    folder = write(
        ("10_last.sql", "SELECT 'c';"),
        ("01_first.sql", "CREATE DATABASE &{database}; -- one; really\n/* x */ USE WAREHOUSE &{warehouse};\n"),
        ("02_next.sql", "SELECT ';'"),
        ("notes.sql", "SELECT 'not numbered'"),
    )
    warehouse.deploy(VARIABLES, notes.append, folder)
    assert connection.executed == ["CREATE DATABASE D", "USE WAREHOUSE W", "SELECT ';'", "SELECT 'c'"]
    assert [note.rsplit("/", 1)[-1] for note in notes] == [
        "01_first.sql: 2 statements",
        "02_next.sql: 1 statement",
        "10_last.sql: 1 statement",
    ]


def test_a_placeholder_without_a_value_is_an_error_before_anything_runs(write: Write, connection: Connection) -> None:
    folder = write(("01_a.sql", "SELECT 1"), ("02_b.sql", "CREATE DATABASE &{databse}"))
    with pytest.raises(LabError, match=r"02_b\.sql has the placeholder &\{databse\}; valid are: database, warehouse"):
        warehouse.deploy(VARIABLES, lambda _: None, folder)
    assert connection.executed == []


def test_a_failed_statement_is_named_with_its_file_place_and_cause(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "connect", lambda: Connection(refuses="BROKEN"))
    folder = write(("01_a.sql", "SELECT 1; CREATE TABLE BROKEN (\n A INT);"))
    with pytest.raises(LabError) as failed:
        warehouse.deploy(VARIABLES, lambda _: None, folder)
    assert "01_a.sql, statement 2 of 2 (CREATE TABLE BROKEN" in failed.value.message
    assert "no such thing" in failed.value.message
    assert failed.value.next_command


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        pytest.param({}, "SNOWFLAKE_ACCOUNT is not set", id="no account"),
        pytest.param({"SNOWFLAKE_ACCOUNT": "lab"}, "SNOWFLAKE_USER is not set", id="no user"),
        pytest.param(
            {"SNOWFLAKE_ACCOUNT": "lab", "SNOWFLAKE_USER": "lab", "SNOWFLAKE_HOST": "h", "SNOWFLAKE_PORT": "x"},
            "SNOWFLAKE_PORT=x is no port",
            id="senseless port",
        ),
    ],
)
def test_a_missing_or_senseless_setting_is_named(environment: dict[str, str], message: str) -> None:
    with pytest.raises(LabError, match=message):
        warehouse.connect(environment)


def test_a_warehouse_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> None:
    monkeypatch.setattr(warehouse, "LOGIN_TIMEOUT_SECONDS", 2)
    settings: dict[str, Any] = {
        "SNOWFLAKE_ACCOUNT": "lab",
        "SNOWFLAKE_USER": "lab",
        "SNOWFLAKE_PASSWORD": "lab",
        "SNOWFLAKE_HOST": "localhost",
        "SNOWFLAKE_PORT": str(unused_port),
        "SNOWFLAKE_PROTOCOL": "http",
    }
    with pytest.raises(Unavailable, match=f"localhost:{unused_port} does not answer"):
        warehouse.connect(settings)


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
