"""What MWAA takes from the code bucket: the folder `dags/`, which it follows, and its requirements.txt.

The folder is not versioned: MWAA reads one place, and sees a changed file there in a minute. What is unchanged is not
touched, so that a deployment of the same DAGs writes nothing.

Source: https://docs.aws.amazon.com/mwaa/latest/userguide/configuring-dag-folder.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3

FOLDER = "dags/"
DELETED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Changes:
    """The keys that were put, and those that were deleted."""

    put: list[str]
    deleted: list[str]


def files(root: Path) -> dict[str, bytes]:
    """The DAG folder of the repository at ``root`` as MWAA has it: the warehouse's SQL lies inside, by its keys."""
    dags = {path.relative_to(root).as_posix(): path for path in sorted((root / "dags").rglob("*.py"))}
    sql = {f"{FOLDER}{path.relative_to(root).as_posix()}": path for path in sorted((root / "snowflake").rglob("*.sql"))}
    return {key: path.read_bytes() for key, path in (dags | sql).items() if "__pycache__" not in path.parts}


def sync(session: boto3.Session, bucket: str, wanted: Mapping[str, bytes]) -> Changes:
    """Make ``dags/`` of the bucket hold these files and no others."""
    s3 = session.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=FOLDER)
    # The ETag of an object put in one piece, encrypted by S3's own key or not at all, is its MD5.
    present = {found["Key"]: found["ETag"].strip('"') for page in pages for found in page.get("Contents", [])}
    changed = [key for key, body in wanted.items() if present.get(key) != _md5(body)]
    stale = sorted(present.keys() - wanted.keys())
    for key in changed:
        s3.put_object(Bucket=bucket, Key=key, Body=wanted[key])
    for start in range(0, len(stale), DELETED_AT_ONCE):
        some = stale[start : start + DELETED_AT_ONCE]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in some], "Quiet": True})
    return Changes(changed, stale)


def upload_requirements(session: boto3.Session, bucket: str, root: Path) -> str:
    """Put MWAA's requirements.txt where its content says, unless it lies there; the key."""
    body = (root / FOLDER / "requirements.txt").read_bytes()
    key = f"requirements/{hashlib.sha256(body).hexdigest()[:12]}/requirements.txt"
    s3 = session.client("s3")
    if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount") == 0:
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    return key


def _md5(body: bytes) -> str:
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
