"""The command line `snow` does its everyday work with nothing in its configuration but host and port.

Each call costs some seconds of starting Python, so that one call tells as much as it can.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.warehouse_server import Server

SNOW = Path(sys.executable).with_name("snow")
CONFIGURATION = """
[cli]
ignore_new_version_warning = true
[connections.lab]
account = "lab"
user = "lab"
password = "lab"
host = "localhost"
port = {port}
database = "{database}"
schema = "S"
"""

Snow = Callable[..., Any]


@pytest.fixture(scope="module")
def snow(server: Server, database: str, tmp_path_factory: pytest.TempPathFactory) -> Snow:
    """Run `snow` with these arguments; what it prints, read as JSON."""
    home = tmp_path_factory.mktemp("home")
    configuration = home / "config.toml"
    configuration.write_text(CONFIGURATION.format(port=server.port, database=database))
    configuration.chmod(0o600)
    environment = {**os.environ, "HOME": str(home), "SNOWFLAKE_HOME": str(home)}

    def run(*arguments: str) -> Any:
        command = [str(SNOW), *arguments, "--connection", "lab", "--format", "json"]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return json.loads(ended.stdout)

    return run


def test_the_connection_is_found_good(snow: Snow, database: str) -> None:
    told = snow("connection", "test")
    assert (told["Status"], told["Host"], told["Database"]) == ("OK", "localhost", database)


def test_files_go_up_are_loaded_by_statements_and_come_down(snow: Snow, stage: str, tmp_path: Path) -> None:
    up, down = tmp_path / "of mine", tmp_path / "down"
    (up / "more").mkdir(parents=True)
    (up / "a b.csv").write_text("1,One\n2,\n")
    (up / "more" / "c.csv").write_text("3,Three\n")
    sent = snow("stage", "copy", str(up), f"@{stage}/in", "--recursive")
    assert sorted(row["target"] for row in sent) == [f"@{stage}/in/a b.csv", f"@{stage}/in/more/c.csv"]
    listed = snow("stage", "list-files", f"@{stage}")
    assert [row["name"] for row in listed] == ["files/in/a b.csv", "files/in/more/c.csv"]
    assert [(row["name"], row["type"]) for row in snow("stage", "list")] == [(stage, "INTERNAL")]

    statements = (
        "CREATE TABLE SHOWS (ID INT, NAME VARCHAR); INSERT INTO SHOWS VALUES (4, 'it''s; on'); "
        f"COPY INTO SHOWS FROM @{stage}/in; SELECT * FROM SHOWS ORDER BY ID"
    )
    _, inserted, loaded, rows = snow("sql", "-q", statements)
    assert inserted == [{"number of rows inserted": 1}]
    assert [row["rows_loaded"] for row in loaded] == [2, 1]
    assert [(row["ID"], row["NAME"]) for row in rows] == [(1, "One"), (2, None), (3, "Three"), (4, "it's; on")]
    assert [(row["name"], row["kind"]) for row in snow("object", "list", "table")] == [("SHOWS", "TABLE")]

    snow("stage", "copy", f"@{stage}/in", str(down), "--recursive")
    assert (down / "a b.csv").read_text() == "1,One\n2,\n"
    assert (down / "more" / "c.csv").read_text() == "3,Three\n"
