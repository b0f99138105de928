"""The handshake between Snowflake and AWS: a role of the stack and a storage integration learn of each other.

The integration is made with the role's ARN, and tells whom the role must trust: an AWS user of Snowflake's, and an
external id of the integration's own. The stack is given both. What the integration says is asked before the stack is
deployed, so that a deployment over one that is there changes neither.

Source: https://docs.snowflake.com/en/user-guide/data-load-s3-config-storage-integration
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import ProgrammingError
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_random_exponential

from scripts import paths, warehouse
from scripts.errors import LabError, Unavailable
from scripts.stack import Outputs

SQL = paths.ROOT / "snowflake" / "aws" / "storage_integration.sql"
NAMED = re.compile(r"\bSTORAGE_INTEGRATION\s*=\s*(\w+)", re.IGNORECASE)
PARAMETERS = {
    "STORAGE_AWS_IAM_USER_ARN": "SnowflakeIamUserArn",
    "STORAGE_AWS_EXTERNAL_ID": "SnowflakeExternalId",
}
"""What DESCRIBE says of an integration, and the stack's parameter that takes it."""

MISSING = 2003
ROLE_REFUSED = "Error assuming AWS_ROLE"
TRUSTED_WITHIN_SECONDS = 180.0
"""IAM spreads a changed trust policy within seconds, seldom within a minute or two."""

Trust = dict[str, str]
"""Whom the role must trust, as the stack's parameters; nothing while there is no integration."""


def deploy(stage_options: str, deploy_stack: Callable[[Trust], Outputs], note: Callable[[str], None]) -> Outputs:
    """Deploy the stack; where the stage names an integration, make both trust each other, and wait until they do.

    Args:
        stage_options: how the stage reaches its files, as the profile says.
        deploy_stack: deploys the stack with these parameters besides its own, and returns its outputs.
        note: told of what is done.

    Raises:
        LabError: the integration cannot be made, or does not reach the bucket.
        Unavailable: the role does not let Snowflake in within three minutes.
    """
    found = NAMED.search(stage_options)
    if found is None:
        return deploy_stack({})
    name = found[1].upper()
    with warehouse.connect() as connection:
        known = _trust(connection, name)
        outputs = deploy_stack(known)
        _make(connection, name, outputs)
        trust = _trust(connection, name)
        if trust != known:
            note(f"the role of storage integration {name} is to trust {trust['SnowflakeIamUserArn']}")
            outputs = deploy_stack(trust)
            _make(connection, name, outputs)  # a role that was made anew has another ARN
        _wait_until_trusted(connection, name, f"s3://{outputs.lake_bucket}/exports/", outputs.snowflake_role_arn)
    note(f"storage integration {name} reads s3://{outputs.lake_bucket}/exports/")
    return outputs


def _make(connection: SnowflakeConnection, name: str, outputs: Outputs) -> None:
    values = {"integration": name, "role_arn": outputs.snowflake_role_arn, "lake_bucket": outputs.lake_bucket}
    warehouse.run(connection, SQL, warehouse.statements(SQL, values))


def _trust(connection: SnowflakeConnection, name: str) -> Trust:
    try:
        rows = connection.cursor().execute(f"DESCRIBE STORAGE INTEGRATION {name}").fetchall()  # type: ignore[union-attr]
    except ProgrammingError as error:
        if error.errno != MISSING:
            raise LabError(
                f"Snowflake does not describe storage integration {name}: {error.raw_msg or error}"
            ) from error
        return {}
    return {PARAMETERS[row[0]]: row[2] for row in rows if row[0] in PARAMETERS}


def _wait_until_trusted(connection: SnowflakeConnection, name: str, url: str, role_arn: str) -> None:
    attempts = Retrying(
        retry=retry_if_result(bool),
        wait=wait_random_exponential(max=15),
        stop=stop_after_delay(TRUSTED_WITHIN_SECONDS),
    )
    try:
        attempts(_refusal, connection, name, url)
    except RetryError as error:
        raise Unavailable(
            f"Storage integration {name} does not reach {url} by {role_arn} after {TRUSTED_WITHIN_SECONDS:.0f} s: "
            f"{error.last_attempt.result()}",
            next_command="make deploy",
        ) from error


def _refusal(connection: SnowflakeConnection, name: str, url: str) -> str:
    """Why the integration does not reach ``url`` yet; nothing when it does."""
    call = f"SELECT SYSTEM$VALIDATE_STORAGE_INTEGRATION('{name}', '{url}', 'none', 'list')"
    try:
        [[answer]] = connection.cursor().execute(call).fetchall()  # type: ignore[union-attr]
    except ProgrammingError as error:
        if ROLE_REFUSED in str(error.raw_msg):
            return str(error.raw_msg)
        raise LabError(f"Storage integration {name} does not open {url}: {error.raw_msg}") from error
    said = json.loads(answer)
    return "" if said["status"] == "success" else str(said["actions"]["LIST"].get("message", answer))
