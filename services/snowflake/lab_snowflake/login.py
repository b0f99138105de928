"""Who may log in: the profile's user by its password, every user by a key of its own.

A client with a key sends a token that it has signed: who it is, by which key, and until when that holds.

Source: https://docs.snowflake.com/en/developer-guide/sql-api/authenticating (the token) and
https://docs.snowflake.com/en/user-guide/key-pair-auth-troubleshooting
"""

from __future__ import annotations

import hmac
import logging
import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import ExpiredSignatureError, InvalidTokenError
from snowflake.connector.errors import DatabaseError

from lab_snowflake import errors
from lab_snowflake.account import users
from lab_snowflake.account.objects import AccountObject
from lab_snowflake.instance import Warehouse
from lab_snowflake.settings import Settings

logger = logging.getLogger("lab_snowflake")

ALGORITHM = "RS256"
LONGEST_SECONDS = 3600
"""A token is taken for an hour at most, whatever it says."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a client shows at login."""

    account: str
    user: str
    password: str
    authenticator: str
    token: str

    @classmethod
    def of(cls, data: dict[str, Any]) -> Attempt:
        """From the data of a login request."""
        keys = ("ACCOUNT_NAME", "LOGIN_NAME", "PASSWORD", "AUTHENTICATOR", "TOKEN")
        account, user, password, authenticator, token = (str(data.get(key) or "") for key in keys)
        return cls(account.partition(".")[0].upper(), user.upper(), password, authenticator.upper(), token)


def admitted(attempt: Attempt, warehouse: Warehouse, settings: Settings) -> AccountObject:
    """The user who logs in.

    Raises:
        DatabaseError: 390100, the password is wrong; 390144, the token is; 390101, the user is disabled.
    """
    user = warehouse.user(attempt.user)
    if attempt.authenticator == "SNOWFLAKE_JWT":
        user = _by_token(attempt, user)
    elif user is None or not _is_password(attempt, settings):
        raise _refused(errors.WRONG_PASSWORD, "Incorrect username or password was specified.")
    if user.property("DISABLED").upper() == "TRUE":
        raise _refused(errors.USER_DISABLED, "User access disabled. Contact your local system administrator.")
    return user


def _is_password(attempt: Attempt, settings: Settings) -> bool:
    same = hmac.compare_digest(attempt.password.encode(), settings.password.encode())
    return same and attempt.user == settings.user.upper()


def _by_token(attempt: Attempt, user: AccountObject | None) -> AccountObject:
    """The user, whose key has signed the token. As Snowflake, tell the client nothing of what is wrong with it."""
    wrong = "there is no such user"
    if user is not None:
        wrong = "it is signed by no key of the user"
        for registered in filter(None, map(user.property, users.KEYS)):
            try:
                _verify(attempt, registered)
            except InvalidTokenError as error:
                wrong = str(error)
            else:
                return user
    told = uuid.uuid4()
    logger.warning("the token of user %s is invalid [%s]: %s", attempt.user, told, wrong)
    raise _refused(errors.INVALID_TOKEN, f"JWT token is invalid. [{told}]")


def _verify(attempt: Attempt, registered: str) -> None:
    subject = f"{attempt.account}.{attempt.user}"
    claims = jwt.decode(
        attempt.token,
        users.public_key(registered),
        algorithms=[ALGORITHM],
        subject=subject,
        issuer=f"{subject}.{users.fingerprint(registered)}",
        options={"require": ["exp", "iat", "iss", "sub"]},
    )
    if claims["iat"] + LONGEST_SECONDS < time.time():
        raise ExpiredSignatureError("it was made more than an hour ago")


def _refused(errno: int, message: str) -> DatabaseError:
    return DatabaseError(msg=message, errno=errno, sqlstate="08001")
