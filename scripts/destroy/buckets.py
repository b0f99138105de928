"""Buckets, emptied to the last version and deleted. The stack keeps them, so that no deployment loses data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from scripts.errors import LabError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

NOT_THERE = frozenset({"404", "NoSuchBucket"})


def require_here(session: boto3.Session, bucket: str, account: str) -> None:
    """Return when ``bucket`` may be emptied: it is not there, or ``account``'s and in the session's region.

    Raises:
        LabError: it is not ours, or belongs to a stack in another region: its name holds none, and boto3 finds it.
    """
    _is_ours(session.client("s3"), bucket, account)


def delete(session: boto3.Session, bucket: str, account: str, note: Callable[[str], None]) -> None:
    """Delete ``bucket`` with all that is in it, if it is there and belongs to ``account``.

    Raises:
        LabError: it is not ours, or an object cannot be deleted.
    """
    s3 = session.client("s3")
    if not empty(session, bucket, account, note):
        return
    s3.delete_bucket(Bucket=bucket)
    note(f"bucket {bucket} is deleted")


def empty(session: boto3.Session, bucket: str, account: str, note: Callable[[str], None]) -> bool:
    """Delete all that is in ``bucket``; whether there is such a bucket of ``account``'s.

    Raises:
        LabError: it is not ours, or an object cannot be deleted.
    """
    s3 = session.client("s3")
    if not _is_ours(s3, bucket, account):
        return False
    for upload in _uploads(s3, bucket):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload[0], UploadId=upload[1])
    done = 0
    for objects in _versions(s3, bucket):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := answer.get("Errors"):
            first = errors[0]
            raise LabError(f"s3://{bucket}/{first.get('Key')} cannot be deleted: {first.get('Message')}")
        done += len(objects)
        note(f"bucket {bucket}: {done:,} objects and versions deleted")
    return True


def _is_ours(s3: S3Client, bucket: str, account: str) -> bool:
    try:
        region = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account).get("BucketRegion", "not told")
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_THERE:
            return False
        raise LabError(f"Bucket {bucket} is not account {account}'s, or is kept from you: {error}") from error
    if region != s3.meta.region_name:
        raise LabError(
            f"Bucket {bucket} is in region {region}, and AWS_REGION is {s3.meta.region_name}: it belongs to a stack "
            f"there, and is left alone. To take that stack away, say AWS_REGION={region} in the profile.",
            next_command="make destroy",
        )
    return True


def _versions(s3: S3Client, bucket: str) -> Iterator[list[ObjectIdentifierTypeDef]]:
    """Every version and every mark of a deletion, a thousand at a time."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if found:
            yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]


def _uploads(s3: S3Client, bucket: str) -> Iterator[tuple[str, str]]:
    """Uploads that never ended; their parts are paid for too."""
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            yield upload["Key"], upload["UploadId"]
