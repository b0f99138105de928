"""A stage with a storage integration: its files are reached by the role, as long as the role trusts the integration."""

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

from tests.integration.conftest import Lab
from tests.integration.running import RunningService

pytestmark = pytest.mark.processes("how a stage reaches its files is the warehouse's affair, however it is run")

Run = Callable[[str], SnowflakeCursor]
OTHERS = "arn:aws:iam::999999999999:user/another"


@dataclass(frozen=True)
class Aws:
    """The AWS side: a bucket, and a role that trusts whom `trust` names."""

    bucket: str
    role: str
    iam: Any

    @property
    def role_arn(self) -> str:
        return str(self.iam.get_role(RoleName=self.role)["Role"]["Arn"])

    def trust(self, user: str, external_id: str) -> None:
        self.iam.update_assume_role_policy(RoleName=self.role, PolicyDocument=policy(user, external_id))


def policy(user: str, external_id: str) -> str:
    """A trust policy that lets `user` in, as Snowflake's guide writes it."""
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": user},
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def aws_side(aws: Any) -> Aws:
    return make_aws_side(aws)


def make_aws_side(aws: Any) -> Aws:
    """A bucket with files, and a role that trusts others."""
    name = f"integration-{uuid.uuid4().hex[:8]}"
    aws("s3").create_bucket(Bucket=name)
    for key in ("exports/a.csv", "secret/b.csv"):
        aws("s3").put_object(Bucket=name, Key=key, Body=b"1\n")
    aws("iam").create_role(RoleName=name, AssumeRolePolicyDocument=policy(OTHERS, "another"))
    return Aws(name, name, aws("iam"))


@pytest.fixture
def run(warehouse: Callable[[], SnowflakeConnection]) -> Iterator[Run]:
    with warehouse() as connection:
        cursor = connection.cursor()
        database = f"INTEGRATED_{uuid.uuid4().hex[:8]}"
        cursor.execute(f"CREATE DATABASE {database}")
        cursor.execute(f"CREATE SCHEMA {database}.S")
        yield lambda statement: cursor.execute(statement) or cursor
        cursor.execute(f"DROP DATABASE {database}")


@pytest.fixture
def integration(run: Run, aws_side: Aws) -> Iterator[str]:
    """An integration that opens `exports/`; its role trusts others alone."""
    name = f"I_{uuid.uuid4().hex[:8]}".upper()
    run(_create(name, aws_side))
    yield name
    run(f"DROP INTEGRATION IF EXISTS {name}")


def _create(name: str, aws_side: Aws, verb: str = "CREATE STORAGE INTEGRATION") -> str:
    return (
        f"{verb} {name} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE STORAGE_AWS_ROLE_ARN = "
        f"'{aws_side.role_arn}' STORAGE_ALLOWED_LOCATIONS = ('s3://{aws_side.bucket}/exports/')"
    )


def described(run: Run, integration: str) -> dict[str, str]:
    return {row[0]: row[2] for row in run(f"DESC STORAGE INTEGRATION {integration}").fetchall()}


def trusted(run: Run, integration: str, aws_side: Aws) -> None:
    says = described(run, integration)
    aws_side.trust(says["STORAGE_AWS_IAM_USER_ARN"], says["STORAGE_AWS_EXTERNAL_ID"])


def make_stage(run: Run, integration: str, aws_side: Aws, folder: str = "exports") -> None:
    run(f"CREATE OR REPLACE STAGE E URL = 's3://{aws_side.bucket}/{folder}/' STORAGE_INTEGRATION = {integration}")


def errno(run: Run, statement: str) -> int:
    with pytest.raises(ProgrammingError) as refused:
        run(statement)
    return int(refused.value.errno or 0)


def test_a_role_that_trusts_the_integration_opens_the_stage(run: Run, integration: str, aws_side: Aws) -> None:
    make_stage(run, integration, aws_side)
    with pytest.raises(ProgrammingError) as refused:
        run("LIST @E")
    assert refused.value.errno == 3167
    assert f"is not authorized to perform: sts:AssumeRole on resource: {aws_side.role_arn}" in str(refused.value)
    trusted(run, integration, aws_side)
    assert [row[0] for row in run("LIST @E").fetchall()] == [f"s3://{aws_side.bucket}/exports/a.csv"]
    run("CREATE TABLE T (A INT)")
    run("COPY INTO T FROM @E")
    assert run("SELECT A FROM T").fetchall() == [(1,)]


def test_another_external_id_or_user_does_not_open_it(run: Run, integration: str, aws_side: Aws) -> None:
    make_stage(run, integration, aws_side)
    says = described(run, integration)
    aws_side.trust(says["STORAGE_AWS_IAM_USER_ARN"], "another")
    assert errno(run, "LIST @E") == 3167
    aws_side.trust(OTHERS, says["STORAGE_AWS_EXTERNAL_ID"])
    assert errno(run, "LIST @E") == 3167


def test_trust_that_is_withdrawn_shuts_the_stage(run: Run, integration: str, aws_side: Aws) -> None:
    trusted(run, integration, aws_side)
    make_stage(run, integration, aws_side)
    run("LIST @E")
    aws_side.trust(OTHERS, "another")
    assert errno(run, "LIST @E") == 3167


def test_the_integration_is_checked_by_the_system_function(run: Run, integration: str, aws_side: Aws) -> None:
    call = (
        f"SELECT SYSTEM$VALIDATE_STORAGE_INTEGRATION('{integration}', 's3://{aws_side.bucket}/exports/', 'x', 'list')"
    )
    assert errno(run, call) == 3167
    trusted(run, integration, aws_side)
    assert json.loads(str(run(call).fetchall()[0][0])) == {
        "status": "success",
        "actions": {"LIST": {"status": "success"}},
    }
    assert errno(run, call.replace("exports", "secret")) == 3127


def test_a_stage_outside_the_allowed_locations_is_not_made(run: Run, integration: str, aws_side: Aws) -> None:
    with pytest.raises(ProgrammingError, match="is not allowed by integration") as refused:
        make_stage(run, integration, aws_side, "secret")
    assert refused.value.errno == 3127
    assert errno(run, "LIST @E") == 2003


def test_a_stage_is_shut_when_its_place_is_no_longer_allowed(run: Run, integration: str, aws_side: Aws) -> None:
    trusted(run, integration, aws_side)
    make_stage(run, integration, aws_side)
    run(f"ALTER STORAGE INTEGRATION {integration} SET STORAGE_ALLOWED_LOCATIONS = ('s3://other/')")
    assert errno(run, "LIST @E") == 3127
    run(f"ALTER STORAGE INTEGRATION {integration} SET STORAGE_ALLOWED_LOCATIONS = ('s3://{aws_side.bucket}/')")
    run(f"ALTER STORAGE INTEGRATION {integration} SET ENABLED = FALSE")
    assert errno(run, "LIST @E") == 3128


def test_a_replaced_integration_has_another_external_id_and_must_be_given_to_the_stage_again(
    run: Run, integration: str, aws_side: Aws
) -> None:
    trusted(run, integration, aws_side)
    make_stage(run, integration, aws_side)
    before = described(run, integration)
    run(_create(integration, aws_side, "CREATE STORAGE INTEGRATION IF NOT EXISTS"))
    run(f"ALTER STORAGE INTEGRATION {integration} SET ENABLED = TRUE, COMMENT = 'ours'")
    assert described(run, integration) == {**before, "COMMENT": "ours"}
    run("LIST @E")
    run(_create(integration, aws_side, "CREATE OR REPLACE STORAGE INTEGRATION"))
    assert described(run, integration)["STORAGE_AWS_EXTERNAL_ID"] != before["STORAGE_AWS_EXTERNAL_ID"]
    assert errno(run, "LIST @E") == 2003
    trusted(run, integration, aws_side)
    make_stage(run, integration, aws_side)
    run("LIST @E")


def test_a_role_that_is_not_there_opens_nothing(run: Run, integration: str, aws_side: Aws) -> None:
    run(f"ALTER STORAGE INTEGRATION {integration} SET STORAGE_AWS_ROLE_ARN = '{aws_side.role_arn}-gone'")
    make_stage(run, integration, aws_side)
    assert errno(run, "LIST @E") == 3167


def test_a_role_of_another_account_opens_that_accounts_bucket(
    run: Run, integration: str, lab: Lab, localstack: RunningService
) -> None:
    session: Any = boto3.Session(
        aws_access_key_id="123456789012", aws_secret_access_key="test", region_name="us-east-1"
    )
    foreign = partial(session.client, endpoint_url=lab.environment["AWS_ENDPOINT_URL"])
    side = make_aws_side(foreign)
    run(
        f"ALTER STORAGE INTEGRATION {integration} SET STORAGE_AWS_ROLE_ARN = '{side.role_arn}' "
        f"STORAGE_ALLOWED_LOCATIONS = ('s3://{side.bucket}/exports/')"
    )
    make_stage(run, integration, side)
    assert ":123456789012:" in side.role_arn
    assert errno(run, "LIST @E") == 3167
    trusted(run, integration, side)
    assert [row[0] for row in run("LIST @E").fetchall()] == [f"s3://{side.bucket}/exports/a.csv"]


def test_a_dropped_integration_leaves_its_stage_shut(run: Run, integration: str, aws_side: Aws) -> None:
    trusted(run, integration, aws_side)
    make_stage(run, integration, aws_side)
    run(f"DROP INTEGRATION {integration}")
    assert errno(run, "LIST @E") == 2003
