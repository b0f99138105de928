"""What an account may have of the things that the template makes.

Source: https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_ListServiceQuotas.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.doctor.finding import Finding, fine, unknown, wrong
from scripts.profile import Profile


@dataclass(frozen=True, slots=True)
class Need:
    """So much of a quota, which AWS names so; ``managed`` when only MWAA asks for it."""

    service: str
    quota: str
    least: int
    managed: bool = False


NEEDS = (
    Need("kinesis", "Shards per Region", 4),
    Need("emr-serverless", "Max concurrent vCPUs per account", 16),
    Need("glue", "Max task DPUs", 2),
    Need("lambda", "Concurrent executions", 10),
    Need("ec2", "EC2-VPC Elastic IPs", 1, managed=True),
    Need("vpc", "VPCs per Region", 1),
    Need("airflow", "Environments", 1, managed=True),
)


def findings(profile: Profile) -> Iterator[Finding]:
    """One for each quota that the profile's resources count against."""
    region = profile["AWS_REGION"]
    for need in NEEDS:
        if need.managed and profile.airflow != "mwaa":
            continue
        what = f"Quota {need.quota}"
        page = f"https://{region}.console.aws.amazon.com/servicequotas/home/services/{need.service}/quotas"
        try:
            allowed = _allowed(need)
        except (BotoCoreError, ClientError) as error:
            yield unknown(what, f"could not be read ({error}); the lab takes {need.least}", page)
            continue
        if allowed is None:
            yield unknown(what, f"AWS lists no such quota; the lab takes {need.least}", page)
        elif allowed < need.least:
            yield wrong(what, f"{allowed:g}, and the lab takes {need.least}", f"ask for more: {page}")
        else:
            yield fine(what, f"{allowed:g}, and the lab takes {need.least}")


def _allowed(need: Need) -> float | None:
    pages = boto3.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode=need.service)
    values = [
        quota["Value"]
        for page in pages
        for quota in page["Quotas"]
        if quota["QuotaName"].casefold().startswith(need.quota.casefold())
    ]
    return max(values, default=None)
