"""SYSTEM$VALIDATE_STORAGE_INTEGRATION: whether an integration's role reaches a place, told as JSON.

Source: https://docs.snowflake.com/en/sql-reference/functions/system_validate_storage_integration
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from duckdb import DuckDBPyConnection

from lab_snowflake import errors
from lab_snowflake.account import objects, storage_integrations
from lab_snowflake.rows import rows_sql
from lab_snowflake.staging import access

_TEXT = r"\s*'((?:[^']|'')*)'\s*"
_CALL = re.compile(
    rf"SELECT\s+SYSTEM\$VALIDATE_STORAGE_INTEGRATION\s*\({_TEXT},{_TEXT},{_TEXT},{_TEXT}\)", re.IGNORECASE
)
FAILED = "Some of the integration checks failed. Check the Snowflake documentation for more information."


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked; ``action`` in lower case."""

    integration: str
    url: str
    action: str


def asked(statement: str) -> Check | None:
    """What ``statement`` asks to be checked; None when it asks for something else."""
    found = _CALL.fullmatch(statement)
    if found is None:
        return None
    integration, url, _file, action = (text.replace("''", "'") for text in found.groups())
    return Check(integration, url, action.lower())


def sql(duck: DuckDBPyConnection, check: Check) -> str:
    """SQL of the answer.

    Raises:
        ProgrammingError: 000002, another action than to list; 002003, there is no such integration; 003127, it does not
            open the place; 003167, its role does not let the server in.
    """
    if check.action != "list":
        raise errors.unsupported(f"SYSTEM$VALIDATE_STORAGE_INTEGRATION of '{check.action}'; 'list' is there")
    integration = objects.require(duck, "INTEGRATION", check.integration)
    storage_integrations.require_allowed(integration.name, integration.properties, check.url)
    place = urlsplit(check.url)
    try:
        s3 = access.of_integration(integration).client("s3")
        s3.list_objects_v2(Bucket=place.netloc, Prefix=place.path.lstrip("/"), MaxKeys=1)
    except ClientError as error:
        said = error.response["Error"]
        told = {"status": "failure", "message": f"{said['Message']} (Error Code: {said['Code']})"}
    else:
        told = {"status": "success"}
    answer = {"status": told["status"], "actions": {"LIST": told}}
    if told["status"] == "failure":
        answer["message"] = FAILED
    return rows_sql([('"SYSTEM$VALIDATE_STORAGE_INTEGRATION"', "VARCHAR")], [(json.dumps(answer),)])
