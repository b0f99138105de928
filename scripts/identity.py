"""Who the credentials are to AWS; and when AWS cannot tell, what to type.

Source: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.session
from botocore import exceptions
from botocore.config import Config

from scripts.errors import LabError, Unavailable
from scripts.profile import Profile, is_loopback

QUICK = Config(connect_timeout=10, read_timeout=20, retries={"total_max_attempts": 2})

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
NO_SUCH_KEY = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch"})
SSO_ENDED = (exceptions.SSOError, exceptions.TokenRetrievalError)


@dataclass(frozen=True, slots=True)
class Identity:
    """An AWS account, and who in it the credentials stand for."""

    account: str
    arn: str


def identify(profile: Profile) -> Identity:
    """Whose credentials the commands of ``profile`` use, by a call that needs no permission.

    Raises:
        LabError: there are none, they have expired, or they are not valid; with what mends it.
        Unavailable: AWS does not answer.
    """
    try:
        refuse_foreign_endpoints(botocore.session.get_session().get_scoped_config())
        answer = boto3.Session().client("sts", config=QUICK).get_caller_identity()
    except (exceptions.BotoCoreError, exceptions.ClientError) as error:
        raise _in_a_sentence(error, profile) from error
    return Identity(answer["Account"], answer["Arn"])


def on_command_line(command: str, session: boto3.Session) -> str:
    """An ``aws`` command that acts in the session's region, by its profile: typed bare it would in the shell's own."""
    named = session.profile_name != "default"
    return f"{command} --region {session.region_name}" + (f" --profile {session.profile_name}" if named else "")


def refuse_foreign_endpoints(config: Mapping[str, Any]) -> None:
    """Raise a LabError when the user's AWS profile sends calls elsewhere than to AWS.

    Args:
        config: what ~/.aws/config says of it: ``endpoint_url`` and ``services`` give services addresses of their own.
    """
    address = str(config.get("endpoint_url", ""))
    elsewhere = f"endpoint_url = {address}" if address and not is_loopback(urlsplit(address).hostname or "") else ""
    if "services" in config:
        elsewhere = f"services = {config['services']}"
    if elsewhere:
        raise LabError(
            f"The AWS profile {_name()} has {elsewhere} in ~/.aws/config: calls would go elsewhere than to AWS. "
            "Name another one by AWS_PROFILE.",
            next_command="aws configure list-profiles",
        )


def _in_a_sentence(error: Exception, profile: Profile) -> LabError:
    """What botocore says of credentials, as a user can act on it."""
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        return Unavailable(f"AWS does not answer: {error}", next_command=f"make doctor PROFILE={profile.name}")
    name = _name()
    words, command = _ailment(error, name)
    return LabError(words, next_command=f"{command} --profile {name}")


def _ailment(error: Exception, name: str) -> tuple[str, str]:
    """What is wrong with the credentials of an AWS profile, and which command mends it."""
    code = error.response["Error"]["Code"] if isinstance(error, exceptions.ClientError) else ""
    words, command = f"AWS gives no credentials for profile {name}: {error}", "aws sts get-caller-identity"
    if isinstance(error, exceptions.ProfileNotFound):
        known = ", ".join(botocore.session.get_session().available_profiles) or "none"
        words, command = (
            f"There is no AWS profile {name} in ~/.aws/config. Profiles there: {known}.",
            "aws configure sso",
        )
    elif isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        words = f"There are no AWS credentials: {error}. Log in, or name your AWS profile by AWS_PROFILE."
        command = "aws configure sso"
    elif isinstance(error, SSO_ENDED):
        words, command = f"The AWS sign-in of profile {name} has ended: {error}", "aws sso login"
    elif isinstance(error, exceptions.LoginError):
        words, command = f"The AWS sign-in of profile {name} has ended: {error}", "aws login"
    elif code in EXPIRED:
        words, command = f"The AWS credentials of profile {name} have expired.", "aws sso login"
    elif code in NO_SUCH_KEY:
        words, command = f"AWS does not know the access key of profile {name}: {error}", "aws configure"
    return words, command


def _name() -> str:
    return os.environ.get("AWS_PROFILE") or "default"
