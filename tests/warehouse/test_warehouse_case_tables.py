"""The case tables run against whatever account a connection of connections.toml names: here the server itself."""

import os
import subprocess
import sys
from pathlib import Path

from tests.warehouse_server import ROOT, Server


def test_a_case_table_runs_against_a_named_connection_and_leaves_nothing(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "connections.toml"
    file.write_text(
        f'[trial]\naccount = "lab"\nuser = "lab"\npassword = "lab"\n'
        f'host = "127.0.0.1"\nport = {server.port}\nprotocol = "http"\n'
    )
    file.chmod(0o600)
    command = ["-m", "pytest", "-q", "-rs", "tests/warehouse/test_warehouse_variables.py", "--account", "trial"]
    result = subprocess.run(
        [sys.executable, *command, "tests/warehouse/test_warehouse_explain.py"],
        env={**os.environ, "SNOWFLAKE_HOME": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    assert "deselected" in result.stdout
    with server.connect() as connection:
        databases = connection.cursor().execute("SHOW DATABASES LIKE 'LAB_TEST_%'")
        assert databases is not None
        assert databases.fetchall() == []
