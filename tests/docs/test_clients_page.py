"""docs/clients.md names the versions of the clients that are tested."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "clients.md").read_text()


@pytest.mark.parametrize(
    ("said", "lock", "package"),
    [
        (r"snowflake-connector-python ([\d.]+)", "tests/clients/requirements.txt", "snowflake-connector-python=="),
        (r"dbt-snowflake ([\d.]+)", "tests/clients/requirements.txt", "dbt-snowflake=="),
        (r"dbt-core ([\d.]+)", "tests/clients/requirements.txt", "dbt-core=="),
        (r"`snow` ([\d.]+)", "tests/snow/requirements.txt", "snowflake-cli=="),
        (r"JDBC ([\d.]+)", "tests/snow/jars.txt", "net.snowflake:snowflake-jdbc:"),
        (r"snowflake-jdbc[:-](\d[\d.]+\d)", "tests/snow/jars.txt", "net.snowflake:snowflake-jdbc:"),
    ],
)
def test_a_client_s_version_is_the_one_that_is_tested(said: str, lock: str, package: str) -> None:
    found = re.search(rf"^{re.escape(package)}(\S+)", (ROOT / lock).read_text(), re.M)
    assert found is not None
    named = re.findall(said, PAGE)
    assert named
    assert all(f"{found[1]}.".startswith(f"{version}.") for version in named)
