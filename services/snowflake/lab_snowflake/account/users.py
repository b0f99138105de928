"""What is particular about users: their keys, by which they log in.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-user and desc-user there.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors

KEYS = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
"""A user has two, so that one can be changed while the other is in use."""

DESCRIPTIONS = {
    "NAME": "Name",
    "COMMENT": "user comment associated to an object in the dictionary",
    "DISPLAY_NAME": "Display name of the associated object",
    "TYPE": "Type of the user",
    "LOGIN_NAME": "Login name of the user",
    "FIRST_NAME": "First name of the user",
    "LAST_NAME": "Last name of the user",
    "EMAIL": "Email address of the user",
    "DISABLED": "Whether the user is disabled",
    "DEFAULT_WAREHOUSE": "Default warehouse for this user",
    "DEFAULT_NAMESPACE": "Default database namespace prefix for this user",
    "DEFAULT_ROLE": "Primary principal of user session will be set to this role",
    "DEFAULT_SECONDARY_ROLES": "The secondary roles will be set to all roles provided here",
    "RSA_PUBLIC_KEY": "RSA public key of the user",
    "RSA_PUBLIC_KEY_FP": "Fingerprint of user's RSA public key.",
    "RSA_PUBLIC_KEY_LAST_SET_TIME": "The timestamp at which the user's RSA public key was last set",
    "RSA_PUBLIC_KEY_2": "Second RSA public key of the user",
    "RSA_PUBLIC_KEY_2_FP": "Fingerprint of user's second RSA public key.",
    "RSA_PUBLIC_KEY_2_LAST_SET_TIME": "The timestamp at which the user's second RSA public key was last set",
}
"""What DESCRIBE USER shows."""

NEVER_SAID = {"NAME", *(f"{key}_{what}" for key in KEYS for what in ("FP", "LAST_SET_TIME"))}
SETTABLE = tuple(name for name in DESCRIPTIONS if name not in NEVER_SAID)
LEAST_BITS = 2048

LAST_SET = "_LAST_SET_TIME"


def kept(known: Mapping[str, str], said: Mapping[str, str]) -> dict[str, str]:
    """The properties of a user of whom ``known`` was known, after ``said`` of it.

    Raises:
        ProgrammingError: 000002, a password; 001422, a key that is none.
    """
    if "PASSWORD" in said:
        raise errors.unsupported(
            "PASSWORD of a user; here: the one password is the profile's, and other users log in by RSA_PUBLIC_KEY"
        )
    properties = {**known, **said}
    for key in KEYS:
        if said.get(key):
            public_key(said[key])
            properties[key + LAST_SET] = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
        elif not properties.get(key):
            properties.pop(key + LAST_SET, None)
    return properties


def public_key(registered: str) -> RSAPublicKey:
    """The key that ``RSA_PUBLIC_KEY`` was set to: base64, without the lines that begin and end a PEM file.

    Raises:
        ProgrammingError: 001422, it is no RSA key of 2048 bits or more.
    """
    try:
        key = load_der_public_key(_der(registered))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < LEAST_BITS:
        raise ProgrammingError(
            msg="SQL execution error:\nNew public key rejected by current policy. Reason: 'Invalid Public key'; valid "
            f"is an RSA key of {LEAST_BITS} bits or more, in base64 without the lines BEGIN and END.",
            errno=1422,
            sqlstate="22023",
        )
    return key


def fingerprint(registered: str) -> str:
    """The key as tokens and DESCRIBE USER name it; nothing for none."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(_der(registered)).digest()).decode()}" if registered else ""


def described(name: str, properties: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of DESCRIBE USER."""
    values = {
        "NAME": name,
        "LOGIN_NAME": name,
        "DISPLAY_NAME": name,
        "DISABLED": "false",
        "TYPE": "PERSON",
        **{key: value.lower() if key == "DISABLED" else value for key, value in properties.items()},
        **{f"{key}_FP": fingerprint(properties.get(key, "")) for key in KEYS},
    }
    return [
        {"property": each, "value": values.get(each) or "null", "default": "null", "description": said}
        for each, said in DESCRIPTIONS.items()
    ]


def _der(registered: str) -> bytes:
    return base64.b64decode("".join(registered.split()), validate=True)
