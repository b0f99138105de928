"""The roles of snowflake/06_roles.sql have the rights they need and no other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
ROLES = (ROOT / "snowflake" / "06_roles.sql").read_text()
LOADER, ANALYST = "MEDIA_STREAM_LOADER", "MEDIA_STREAM_ANALYST"

GRANTS = re.findall(r"^GRANT (.+) ON (.+) TO ROLE (\w+);$", ROLES, re.MULTILINE)
"""Privileges, object and role of each grant of a right."""


def test_the_analyst_reads_and_never_sees_what_is_not_yet_audited() -> None:
    rights = [(privileges, what) for privileges, what, role in GRANTS if role == ANALYST]
    assert {privileges for privileges, _ in rights} == {"USAGE", "SELECT"}
    assert not [what for _, what in rights if "STAGING" in what]


def test_nobody_defines_objects_or_passes_rights_on() -> None:
    given = {privilege for privileges, _, _ in GRANTS for privilege in privileges.split(", ")}
    assert given == {"USAGE", "SELECT", "INSERT", "UPDATE", "DELETE"}
    assert "WITH GRANT OPTION" not in ROLES


@pytest.mark.parametrize("role", [LOADER, ANALYST])
def test_a_right_on_what_is_there_is_given_on_what_comes_as_well(role: str) -> None:
    def given(when: str) -> set[tuple[str, str]]:
        return {
            (privileges, what.removeprefix(f"{when} "))
            for privileges, what, to in GRANTS
            if to == role and what.startswith(f"{when} ")
        }

    assert given("ALL") == given("FUTURE") != set()


@pytest.mark.parametrize("role", [LOADER, ANALYST])
def test_a_role_may_use_what_holds_the_objects_it_may_use(role: str) -> None:
    rights = {(privileges, what) for privileges, what, to in GRANTS if to == role}
    schemas = {what.rsplit(" ", 1)[1] for _, what in rights if " IN SCHEMA " in what}
    assert {("USAGE", f"SCHEMA {schema}") for schema in schemas} <= rights
    assert {("USAGE", "DATABASE &{database}"), ("USAGE", "WAREHOUSE &{warehouse}")} <= rights


def test_whoever_deploys_may_use_the_roles() -> None:
    """Airflow logs in as that user, with the role that loads."""
    granted = re.findall(r"^GRANT ROLE (\w+) TO USER IDENTIFIER\(\$DEPLOYING_USER\);$", ROLES, re.MULTILINE)
    assert granted == [LOADER, ANALYST]


def test_airflow_connects_with_the_role_that_loads() -> None:
    template = (ROOT / "infra" / "template.yaml").read_text()
    assert set(re.findall(r'"conn_type": "snowflake".*?"role": "(\S+?)"', template, re.DOTALL)) == {LOADER}
