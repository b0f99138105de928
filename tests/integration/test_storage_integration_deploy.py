"""A deployment whose stage names a storage integration: the stack's role and Snowflake trust each other after it."""

import uuid
from collections.abc import Callable, Iterator

import boto3
import pytest
from snowflake.connector import SnowflakeConnection

from scripts import stack, storage_integration
from scripts.cloudformation import Stack
from scripts.stack import Outputs
from tests.integration.conftest import Lab

pytestmark = pytest.mark.processes("what a deployment does is the same, however services are run")


@pytest.fixture(scope="module")
def integration() -> str:
    return f"I_{uuid.uuid4().hex[:8]}".upper()


@pytest.fixture
def deploy(
    lab: Lab,
    warehouse: Callable[[], SnowflakeConnection],
    session: boto3.Session,
    integration: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], tuple[Outputs, list[str]]]]:
    """Deploy; the outputs, and what was said."""
    for name, value in lab.environment.items():
        if name.startswith("SNOWFLAKE_"):
            monkeypatch.setenv(name, value)
    parameters = stack.parameters(lab.environment)

    def run() -> tuple[Outputs, list[str]]:
        said: list[str] = []
        outputs = storage_integration.deploy(
            f"STORAGE_INTEGRATION = {integration}",
            lambda trust: stack.deploy(session, {**parameters, **trust}, said.append),
            said.append,
        )
        return outputs, said

    with warehouse():
        yield run


def test_a_deployment_opens_the_lake_to_snowflake_and_a_second_one_changes_nothing(
    deploy: Callable[[], tuple[Outputs, list[str]]],
    warehouse: Callable[[], SnowflakeConnection],
    session: boto3.Session,
    integration: str,
) -> None:
    outputs, _ = deploy()
    session.client("s3").put_object(Bucket=outputs.lake_bucket, Key="exports/t/1/a.csv", Body=b"1\n")
    database = f"D_{uuid.uuid4().hex[:8]}"
    with warehouse() as connection:
        cursor = connection.cursor()
        cursor.execute(f"CREATE DATABASE {database}")
        cursor.execute(
            f"CREATE STAGE {database}.PUBLIC.E URL = 's3://{outputs.lake_bucket}/exports/' "
            f"STORAGE_INTEGRATION = {integration}"
        )
        cursor.execute(f"LIST @{database}.PUBLIC.E")
        listed = cursor.fetchall()
        assert [row[0] for row in listed] == [f"s3://{outputs.lake_bucket}/exports/t/1/a.csv"]

        again, said = deploy()
        assert again == outputs
        assert not any("changes" in each or "is to trust" in each for each in said)
        cursor.execute(f"LIST @{database}.PUBLIC.E")
        assert cursor.fetchall() == listed
        cursor.execute(f"DROP DATABASE {database}")
    assert Stack(session, "media-stream").exists()
