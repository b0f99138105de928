"""Whether the profile's region has the services, by the list that comes with boto3. No call is made."""

from __future__ import annotations

from collections.abc import Iterator

import boto3

from scripts.doctor.finding import Finding, fine, wrong
from scripts.profile import Profile

SERVICES = {
    "kinesis": "Kinesis Data Streams",
    "lambda": "Lambda",
    "glue": "Glue",
    "emr-serverless": "EMR Serverless",
    "mwaa": "MWAA",
}


def findings(profile: Profile) -> Iterator[Finding]:
    """One for the region, which has all of the services or lacks some."""
    region = profile["AWS_REGION"]
    wanted = {code: name for code, name in SERVICES.items() if code != "mwaa" or profile.airflow == "mwaa"}
    partition = boto3.Session().get_partition_for_region(region) if _is_known(region) else "aws"
    lacking = [
        name
        for code, name in wanted.items()
        if region not in boto3.Session().get_available_regions(code, partition_name=partition)
    ]
    if lacking:
        page = "https://aws.amazon.com/about-aws/global-infrastructure/regional-product-services/"
        yield wrong("Region", f"{region} has no {', '.join(lacking)}", f"another AWS_REGION in the profile; see {page}")
    else:
        yield fine("Region", f"{region} has {', '.join(wanted.values())}")


def _is_known(region: str) -> bool:
    session = boto3.Session()
    return any(
        region in session.get_available_regions("ec2", partition_name=partition)
        for partition in session.get_available_partitions()
    )
