"""Storage integrations as they are written, described and checked; what they open is looked at where there is an S3."""

import re
import uuid
from collections.abc import Callable, Iterator

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]
ROLE = "arn:aws:iam::123456789012:role/reader"
CREATE = (
    "CREATE STORAGE INTEGRATION {} TYPE = EXTERNAL_STAGE STORAGE_PROVIDER = 'S3' ENABLED = TRUE "
    f"STORAGE_AWS_ROLE_ARN = '{ROLE}' STORAGE_ALLOWED_LOCATIONS = ('s3://b/x/', 's3://c/') "
    "STORAGE_BLOCKED_LOCATIONS = ('s3://c/no/') COMMENT = 'it''s ours'"
)


@pytest.fixture
def integration(run: Run) -> Iterator[str]:
    name = f"I_{uuid.uuid4().hex[:8]}".upper()
    run(CREATE.format(name))
    yield name
    run(f"DROP INTEGRATION IF EXISTS {name}")


def test_it_is_described_as_on_snowflake(run: Run, integration: str) -> None:
    cursor = run(f"DESC INTEGRATION {integration}")
    assert [column.name for column in cursor.description] == [
        "property",
        "property_type",
        "property_value",
        "property_default",
    ]
    rows = {row[0]: row[1:] for row in cursor.fetchall()}
    assert list(rows) == [
        "ENABLED",
        "STORAGE_PROVIDER",
        "STORAGE_ALLOWED_LOCATIONS",
        "STORAGE_BLOCKED_LOCATIONS",
        "STORAGE_AWS_IAM_USER_ARN",
        "STORAGE_AWS_ROLE_ARN",
        "STORAGE_AWS_EXTERNAL_ID",
        "COMMENT",
    ]
    assert rows["ENABLED"] == ("Boolean", "true", "false")
    assert rows["STORAGE_ALLOWED_LOCATIONS"] == ("List", "s3://b/x/,s3://c/", "[]")
    assert rows["STORAGE_AWS_ROLE_ARN"] == ("String", ROLE, "")
    assert rows["COMMENT"][1] == "it's ours"
    assert re.fullmatch(r"arn:aws:iam::\d{12}:user/\S+", rows["STORAGE_AWS_IAM_USER_ARN"][1])


def test_its_external_id_is_one_that_aws_takes(run: Run, integration: str) -> None:
    rows = {row[0]: row[2] for row in run(f"DESC STORAGE INTEGRATION {integration}").fetchall()}
    assert re.fullmatch(r"[\w+=,.@:/-]{2,1224}", rows["STORAGE_AWS_EXTERNAL_ID"])


def test_an_external_id_that_is_given_is_kept(run: Run, integration: str) -> None:
    run(f"CREATE OR REPLACE{CREATE.removeprefix('CREATE').format(integration)} STORAGE_AWS_EXTERNAL_ID = 'mine'")
    rows = {row[0]: row[2] for row in run(f"DESC INTEGRATION {integration}").fetchall()}
    assert rows["STORAGE_AWS_EXTERNAL_ID"] == "mine"


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("s3://b/x/", True),
        ("s3://b/x", True),
        ("s3://b/x/deep/", True),
        ("s3://b/", False),
        ("s3://b/xy/", False),
        ("s3://c/", True),
        ("s3://c/no/", False),
        ("s3://c/no/deep/", False),
        ("s3://c/none/", True),
    ],
)
def test_a_stage_lies_in_an_allowed_place_and_in_no_blocked_one(
    run: Run, integration: str, url: str, is_allowed: bool
) -> None:
    statement = f"CREATE STAGE E URL = '{url}' STORAGE_INTEGRATION = {integration}"
    if is_allowed:
        run(statement)
        (row,) = run("SHOW STAGES").fetchall()
        assert integration in row
        return
    with pytest.raises(ProgrammingError, match=f"Location '{url}' is not allowed by integration {integration}"):
        run(statement)


STAGE = "CREATE STAGE E URL = 's3://b/x/' "
ERRORS = [
    pytest.param(STAGE + "STORAGE_INTEGRATION = NONE_SUCH", 2003, id="unknown"),
    pytest.param(
        STAGE + "STORAGE_INTEGRATION = {} CREDENTIALS = (AWS_KEY_ID = 'a' AWS_SECRET_KEY = 'b')", 1420, id="both"
    ),
    pytest.param("CREATE STAGE E STORAGE_INTEGRATION = {}", 1420, id="no URL"),
    pytest.param("ALTER STORAGE INTEGRATION {} SET STORAGE_PROVIDER = 'S3'", 1420, id="a provider changed"),
    pytest.param("ALTER STORAGE INTEGRATION {} SET STORAGE_ALLOWED_LOCATIONS = ('b/x/')", 1011, id="no address"),
    pytest.param("ALTER STORAGE INTEGRATION {} UNSET STORAGE_AWS_ROLE_ARN", 2029, id="without a role"),
    pytest.param("ALTER STORAGE INTEGRATION {} SET COLOUR = RED", 1420, id="a property that is none"),
    pytest.param("CREATE STORAGE INTEGRATION I2 TYPE = EXTERNAL_STAGE", 2029, id="incomplete"),
]


@pytest.mark.parametrize(("statement", "code"), ERRORS)
def test_what_cannot_be_done_is_refused(run: Run, integration: str, statement: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(statement.format(integration))
    assert refused.value.errno == code


def test_its_use_is_granted(run: Run, integration: str) -> None:
    run(f"GRANT USAGE ON INTEGRATION {integration} TO ROLE SYSADMIN")
    rows = run(f"SHOW GRANTS ON INTEGRATION {integration}").fetchall()
    assert [(row[1], row[2], row[3], row[5]) for row in rows] == [("USAGE", "INTEGRATION", integration, "SYSADMIN")]
