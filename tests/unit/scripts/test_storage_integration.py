"""The handshake of a storage integration: what is asked of Snowflake and given to the stack, in which order."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

from scripts import storage_integration, warehouse
from scripts.errors import LabError, Unavailable
from scripts.stack import Outputs

OUTPUTS = replace(Outputs(**{each.name: each.name for each in fields(Outputs)}), snowflake_role_arn="arn:role")
USER, EXTERNAL_ID = "arn:aws:iam::123456789012:user/x1-s", "AB12345_SFCRole=2_a/b+c="
TRUST = {"SnowflakeIamUserArn": USER, "SnowflakeExternalId": EXTERNAL_ID}
OPTIONS = "STORAGE_INTEGRATION = media_stream_s3"
REFUSED = ProgrammingError(
    msg="Error assuming AWS_ROLE:\nUser: x is not authorized to perform: sts:AssumeRole", errno=3167
)


class Snowflake:
    """Has an integration once it was made; answers the check with `checks`, one after the other."""

    def __init__(self, has_integration: bool, checks: list[str | ProgrammingError]) -> None:
        self.statements: list[str] = []
        self._has_integration, self._checks = has_integration, checks
        self._rows: list[tuple[Any, ...]] = []

    def cursor(self) -> "Snowflake":
        return self

    def execute(self, statement: str) -> "Snowflake":
        self.statements.append(statement)
        if statement.startswith("CREATE"):
            self._has_integration = True
        elif statement.startswith("DESCRIBE"):
            if not self._has_integration:
                raise ProgrammingError(msg="Integration 'X' does not exist or not authorized.", errno=2003)
            self._rows = [
                ("ENABLED", "Boolean", "true", "false"),
                ("STORAGE_AWS_IAM_USER_ARN", "String", USER, ""),
                ("STORAGE_AWS_EXTERNAL_ID", "String", EXTERNAL_ID, ""),
            ]
        elif statement.startswith("SELECT"):
            answer = self._checks.pop(0) if len(self._checks) > 1 else self._checks[0]
            if isinstance(answer, ProgrammingError):
                raise answer
            self._rows = [(answer,)]
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def __enter__(self) -> "Snowflake":
        return self

    def __exit__(self, *_: object) -> None:
        pass


def checked(status: str, message: str = "") -> str:
    return json.dumps({"status": status, "actions": {"LIST": {"status": status, "message": message}}})


Deploy = Callable[..., tuple[Snowflake, list[dict[str, str]]]]


@pytest.fixture
def deploy(monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """Deploy with a Snowflake that answers so; what it was asked, and with which parameters the stack was deployed."""
    monkeypatch.setattr(storage_integration, "wait_random_exponential", lambda **_: lambda _state: 0)

    def run(*checks: str | ProgrammingError, known: bool = False) -> tuple[Snowflake, list[dict[str, str]]]:
        snowflake = Snowflake(known, list(checks) or [checked("success")])
        monkeypatch.setattr(warehouse, "connect", lambda: snowflake)
        deployed: list[dict[str, str]] = []

        def deploy_stack(trust: dict[str, str]) -> Outputs:
            deployed.append(trust)
            return OUTPUTS

        assert storage_integration.deploy(OPTIONS, deploy_stack, lambda _: None) is OUTPUTS
        return snowflake, deployed

    return run


def test_a_stage_without_an_integration_needs_no_snowflake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warehouse, "connect", lambda: pytest.fail("nothing is asked of Snowflake"))
    options = "CREDENTIALS=(AWS_KEY_ID='test' AWS_SECRET_KEY='test')"
    outputs = storage_integration.deploy(
        options, lambda trust: replace(OUTPUTS, code_version=f"with {trust}"), lambda _: None
    )
    assert outputs.code_version == "with {}"


def test_the_stack_is_told_whom_to_trust_once_the_integration_knows_the_role(deploy: Deploy) -> None:
    snowflake, deployed = deploy()
    assert deployed == [{}, TRUST]
    assert [statement.split()[0] for statement in snowflake.statements] == [
        "DESCRIBE",
        "CREATE",
        "ALTER",
        "DESCRIBE",
        "CREATE",
        "ALTER",
        "SELECT",
    ]


def test_a_second_deployment_gives_the_stack_the_same_at_once(deploy: Deploy) -> None:
    assert deploy(known=True)[1] == [TRUST]


def test_the_role_is_waited_for(deploy: Deploy) -> None:
    snowflake, _ = deploy(REFUSED, checked("failure", "Access Denied"), checked("success"))
    assert (
        snowflake.statements[-3:]
        == [
            "SELECT SYSTEM$VALIDATE_STORAGE_INTEGRATION('MEDIA_STREAM_S3', 's3://lake_bucket/exports/', 'none', 'list')"
        ]
        * 3
    )


def test_a_role_that_never_lets_snowflake_in_is_told_in_its_words(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_integration, "TRUSTED_WITHIN_SECONDS", 0.1)
    with pytest.raises(Unavailable, match=r"(?s)MEDIA_STREAM_S3 does not reach .* by arn:role .*not authorized"):
        deploy(REFUSED)


def test_a_mistake_is_not_waited_for(deploy: Deploy) -> None:
    with pytest.raises(LabError, match="is not allowed by integration"):
        deploy(ProgrammingError(msg="Location 's3://b/' is not allowed by integration I.", errno=3127))


EXPECTED = """CREATE STORAGE INTEGRATION IF NOT EXISTS MEDIA_STREAM_S3
    TYPE = EXTERNAL_STAGE
    STORAGE_PROVIDER = 'S3'
    ENABLED = TRUE
    STORAGE_AWS_ROLE_ARN = 'arn:role'
    STORAGE_ALLOWED_LOCATIONS = ('s3://lake_bucket/exports/')
    COMMENT = 'Reads the exports of the media stream'

ALTER STORAGE INTEGRATION MEDIA_STREAM_S3 SET
    ENABLED = TRUE
    STORAGE_AWS_ROLE_ARN = 'arn:role'
    STORAGE_ALLOWED_LOCATIONS = ('s3://lake_bucket/exports/')"""
"""In the form of https://docs.snowflake.com/en/sql-reference/sql/create-storage-integration, read in November 2026."""


def test_the_statements_are_sent_as_snowflake_documents_them(deploy: Deploy) -> None:
    snowflake, _ = deploy()
    assert snowflake.statements[1:3] == EXPECTED.split("\n\n")


def test_the_stage_is_sent_as_snowflake_documents_it() -> None:
    [file] = [each for each in warehouse.numbered_files(storage_integration.SQL.parents[1]) if "stages" in each.name]
    variables = {"database": "D", "lake_bucket": "b", "stage_options": OPTIONS, "warehouse": "W"}
    assert warehouse.statements(file, variables)[1] == (
        "CREATE OR REPLACE STAGE OPS.EXPORTS\n    URL = 's3://b/exports/'\n    STORAGE_INTEGRATION = media_stream_s3\n"
        "    COMMENT = 'Parquet exports of the lake, <table>/<export id>/*.parquet'"
    )
