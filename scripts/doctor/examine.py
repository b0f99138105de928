"""All that is looked at, in the order in which a user mends it."""

from __future__ import annotations

from collections.abc import Iterator

from scripts import guard
from scripts.doctor import account, machine, quotas, regions, snowflake
from scripts.doctor.finding import Finding, fine, of_error, unknown
from scripts.errors import LabError
from scripts.profile import Profile


def examine(profile: Profile) -> Iterator[Finding]:
    """Everything that ``profile`` needs, found as it is. No call changes anything."""
    yield from machine.findings(profile)
    if profile.is_aws:
        yield from _aws(profile)
        yield from snowflake.findings(profile)


def _aws(profile: Profile) -> Iterator[Finding]:
    yield from regions.findings(profile)
    try:
        identity = guard.before_reading(profile)
    except LabError as error:
        yield of_error("AWS account", error, "aws sts get-caller-identity")
        yield account.budget(profile)
        yield unknown("Quotas, roles, names", "not looked at without the account's credentials")
        return
    yield fine("AWS account", f"{identity.account} as {identity.arn}" if identity else "this machine's")
    yield from account.findings(profile)
    yield from quotas.findings(profile)
