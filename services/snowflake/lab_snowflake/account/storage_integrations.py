"""What is particular about storage integrations: Snowflake's own AWS user, the external id, the places they open.

The AWS side of an integration is a role that trusts this user with this external id. Both are made here: they stay as
they are as long as the integration does, and a replaced one has another external id.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-storage-integration and desc-integration there.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping

from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors

TYPE = "EXTERNAL_STAGE"

USER_ARN = "arn:aws:iam::000000000000:user/lab-snowflake"
"""Whom roles must trust. Snowflake's is one of its own AWS account, the same for all integrations of an account."""

SETTABLE = (
    "TYPE",
    "STORAGE_PROVIDER",
    "ENABLED",
    "STORAGE_AWS_ROLE_ARN",
    "STORAGE_AWS_EXTERNAL_ID",
    "STORAGE_ALLOWED_LOCATIONS",
    "STORAGE_BLOCKED_LOCATIONS",
    "COMMENT",
)
REQUIRED = ("TYPE", "STORAGE_PROVIDER", "ENABLED", "STORAGE_AWS_ROLE_ARN", "STORAGE_ALLOWED_LOCATIONS")
FIXED = ("TYPE", "STORAGE_PROVIDER")

DESCRIBED = (
    ("ENABLED", "Boolean", "false"),
    ("STORAGE_PROVIDER", "String", ""),
    ("STORAGE_ALLOWED_LOCATIONS", "List", "[]"),
    ("STORAGE_BLOCKED_LOCATIONS", "List", "[]"),
    ("STORAGE_AWS_IAM_USER_ARN", "String", ""),
    ("STORAGE_AWS_ROLE_ARN", "String", ""),
    ("STORAGE_AWS_EXTERNAL_ID", "String", ""),
    ("COMMENT", "String", ""),
)
"""Property, type and default of each row of DESCRIBE."""


def kept(known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """The properties of an integration of which ``known`` was known (nothing, if it is new), after ``said`` of it.

    Raises:
        ProgrammingError: 002029, something is missing; 000002, no S3; 001011, a location that is none; 001420, a
            property that cannot be changed.
    """
    if changed := [name for name in FIXED if known and name in said]:
        raise _invalid(1420, f"invalid property '{changed[0]}' for 'INTEGRATION'; it cannot be changed")
    properties = {**known, **said}
    if missing := [name for name in REQUIRED if not properties.get(name)]:
        raise _invalid(2029, f"Missing option(s): {missing}")
    if (properties["TYPE"], properties["STORAGE_PROVIDER"].upper()) != (TYPE, "S3"):
        raise errors.unsupported(
            "storage integrations with anything but TYPE = EXTERNAL_STAGE, STORAGE_PROVIDER = 'S3'"
        )
    for location in (*_locations(properties, "ALLOWED"), *_locations(properties, "BLOCKED")):
        if location != "*" and not location.startswith("s3://"):
            raise _invalid(1011, f"invalid URL prefix found in: '{location}'")
    return {"STORAGE_AWS_IAM_USER_ARN": USER_ARN, "STORAGE_AWS_EXTERNAL_ID": _external_id(), **properties}


def described(properties: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of DESCRIBE INTEGRATION."""
    columns = ("property", "property_type", "property_value", "property_default")
    values = {**properties, "ENABLED": properties["ENABLED"].lower()}
    rows = [(name, kind, values.get(name, ""), default) for name, kind, default in DESCRIBED]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def require_allowed(name: str, properties: Mapping[str, str], url: str) -> None:
    """Require that the integration ``name`` opens ``url``.

    Raises:
        ProgrammingError: 003127, it does not; 003128, it is not enabled.
    """
    if properties["ENABLED"].upper() != "TRUE":
        raise _invalid(3128, f"Integration '{name}' is not enabled.")
    allowed = any(_covers(location, url) for location in _locations(properties, "ALLOWED"))
    if not allowed or any(_covers(location, url) for location in _locations(properties, "BLOCKED")):
        raise _invalid(
            3127,
            f"Location '{url}' is not allowed by integration {name}. Please use DESC INTEGRATION to check out allowed "
            "and blocked locations.",
        )


def _locations(properties: Mapping[str, str], which: str) -> list[str]:
    return [each for each in properties.get(f"STORAGE_{which}_LOCATIONS", "").split(",") if each]


def _covers(location: str, url: str) -> bool:
    return location == "*" or f"{url.rstrip('/')}/".startswith(f"{location.rstrip('/')}/")


def _external_id() -> str:
    """Of Snowflake's form; some of its signs mean something in other places."""
    return f"LAB_SFCRole=2_{base64.b64encode(secrets.token_bytes(20)).decode()}"


def _invalid(errno: int, message: str) -> ProgrammingError:
    return ProgrammingError(msg=f"SQL compilation error:\n{message}", errno=errno, sqlstate="42601")
