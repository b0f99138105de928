"""What stands between a command and a real account: nothing is changed in one that was not named.

A lab of this machine needs no guard: its profile reaches nothing else.
"""

from __future__ import annotations

from scripts import paths
from scripts.errors import LabError
from scripts.identity import Identity, identify
from scripts.profile import Profile


def before_reading(profile: Profile) -> Identity | None:
    """Who reads, in the account of the profile; None for a lab of this machine.

    Raises:
        LabError: the credentials are missing, have expired, or are those of another account.
    """
    if not profile.is_aws:
        return None
    identity = identify(profile)
    if identity.account != profile["AWS_ACCOUNT_ID"]:
        raise LabError(
            f"The credentials are those of account {identity.account} ({identity.arn}), and "
            f"{paths.display(profile.path)} names {profile['AWS_ACCOUNT_ID']}. Name the right AWS profile by "
            "AWS_PROFILE, or correct AWS_ACCOUNT_ID.",
            next_command="aws configure list-profiles",
        )
    return identity


def before_changing(profile: Profile, command: str, confirmed: str | None) -> Identity | None:
    """Who changes things, in the account that was confirmed; None for a lab of this machine.

    Args:
        profile: whose account and region.
        command: what was typed after ``lab``, for the next command.
        confirmed: the account that the user named on the command line.

    Raises:
        LabError: no account or another one was confirmed, or the credentials are not those of that account.
    """
    if not profile.is_aws:
        return None
    account, region = profile["AWS_ACCOUNT_ID"], profile["AWS_REGION"]
    if confirmed != account:
        said = "was not confirmed" if not confirmed else f"is not the confirmed {confirmed}"
        raise LabError(
            f"`{command}` changes things in the AWS account of {paths.display(profile.path)}, and costs money there: "
            f"account {account}, region {region}. The account {said}.",
            next_command=_confirmed(command, profile) if not confirmed else None,
        )
    return before_reading(profile)


def _confirmed(command: str, profile: Profile) -> str:
    """The same command with the account named; `generate` is none of make's."""
    if command == "generate":
        return f".venvs/lab/bin/lab --profile {profile.name} generate --confirm {profile['AWS_ACCOUNT_ID']}"
    return f"make {command} PROFILE={profile.name} CONFIRM={profile['AWS_ACCOUNT_ID']}"
