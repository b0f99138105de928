"""The example of a JDBC client runs against the warehouse with Snowflake's own driver."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouse_server import Server

ROOT = Path(__file__).resolve().parents[2]
JARS = Path(sys.prefix) / "lab-jars"
COMPILER = shutil.which("javac")

pytestmark = pytest.mark.skipif(
    COMPILER is None, reason="no JDK: javac is not on the path. On Debian: sudo apt-get install openjdk-17-jdk-headless"
)

MODIFIED = re.compile(r" \| \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$")
PRINTED = """\
inserted 3
-- SELECT
It's; two | 1 | null
One | 2 | 10.30
-- PUT
more.csv | more.csv | 22 | 22 | NONE | NONE | UPLOADED |
-- LIST
reports/in/more.csv | 22 | 5a78b2dffea1ec12d9f6666e8a83b32b
-- COPY
reports/in/more.csv | LOADED | 1 | 1 | 1 | 0 | null | null | null | null
-- GET
in/more.csv | 22 | DOWNLOADED |
fetched 2026-11-21,Three,1.50
"""


@pytest.fixture
def trust(server: Server, tmp_path: Path) -> Path:
    """A trust store with the lab's authority, since Java does not read PEM files."""
    store = tmp_path / "lab.p12"
    authority = ["-file", str(server.var / "tls" / "ca.pem"), "-alias", "lab"]
    protected = ["-keystore", str(store), "-storepass", "changeit", "-noprompt"]
    subprocess.run(["keytool", "-importcert", *authority, *protected], check=True, capture_output=True)
    return store


def test_the_example_connects_binds_queries_and_moves_files(server: Server, database: str, trust: Path) -> None:
    login = {"SNOWFLAKE_ACCOUNT": "lab", "SNOWFLAKE_USER": "lab", "SNOWFLAKE_PASSWORD": "lab"}
    place = {"SNOWFLAKE_HOST": "localhost", "SNOWFLAKE_PORT": str(server.port)}
    schema = {"SNOWFLAKE_DATABASE": database, "SNOWFLAKE_SCHEMA": "S"}
    trusted = [f"-Djavax.net.ssl.trustStore={trust}", "-Djavax.net.ssl.trustStorePassword=changeit"]
    ended = subprocess.run(
        ["java", "--add-opens=java.base/java.nio=ALL-UNNAMED", *trusted, "-cp", f"{JARS}/*", "Example.java"],
        cwd=ROOT / "examples" / "jdbc", env={**os.environ, **login, **place, **schema},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [MODIFIED.sub("", line).rstrip() for line in ended.stdout.splitlines()]
    assert lines == PRINTED.splitlines()
