"""The files a COPY reads: listed first, then brought whole onto the local disk.

DuckDB reading Parquet through a shared file handle corrupted pages (its threads race on seek and read), so that it
never reads an object in place. S3's address comes from the environment (``AWS_ENDPOINT_URL``) as for every client.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import boto3
from fakesnow.transforms import stage
from snowflake.connector.errors import ProgrammingError

DOWNLOADS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file of a stage: its address, and the ETag that changes with its contents."""

    url: str
    etag: str

    @property
    def is_remote(self) -> bool:
        """Whether the file lies in S3; else ``url`` is a path."""
        return self.url.startswith("s3://")

    @property
    def bucket(self) -> str:
        """The S3 bucket of a remote file."""
        return urlsplit(self.url).netloc

    @property
    def key(self) -> str:
        """The S3 key of a remote file."""
        return self.url.split("/", 3)[3]


def listed(location: str, pattern: str | None = None) -> list[StagedFile]:
    """The files whose address begins with ``location``, by name; of those, the ones whose whole path is ``pattern``.

    Raises:
        ProgrammingError: a location that is neither S3 nor an internal stage.
    """
    if location.startswith("s3://"):
        found = _in_bucket(location)
    elif stage.is_internal(location):
        found = _on_disk(location)
    else:
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid URL prefix found in: '{location}'", errno=1011, sqlstate="42601"
        )
    return [file for file in found if pattern is None or re.fullmatch(pattern, file.url)]


@contextmanager
def fetched(files: list[StagedFile], scratch: Path) -> Iterator[list[str]]:
    """Paths on disk with the contents of ``files``, in their order, as long as the context lasts."""
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        s3 = boto3.client("s3")

        def fetch(numbered: tuple[int, StagedFile]) -> str:
            number, file = numbered
            if not file.is_remote:
                return file.url
            path = Path(folder) / f"{number}{''.join(Path(file.key).suffixes[-2:])}"
            path.write_bytes(s3.get_object(Bucket=file.bucket, Key=file.key, IfMatch=file.etag)["Body"].read())
            return str(path)

        yield list(pool.map(fetch, enumerate(files)))


def removed(files: list[StagedFile]) -> None:
    """Delete ``files`` from their stage."""
    for file in files:
        if file.is_remote:
            boto3.client("s3").delete_object(Bucket=file.bucket, Key=file.key)
        else:
            Path(file.url).unlink(missing_ok=True)


def _in_bucket(location: str) -> list[StagedFile]:
    bucket, prefix = urlsplit(location).netloc, location.split("/", 3)[3] if location.count("/") > 2 else ""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        StagedFile(f"s3://{bucket}/{item['Key']}", item["ETag"])
        for page in pages
        for item in page.get("Contents", [])
        if not item["Key"].endswith("/")
    ]


def _on_disk(location: str) -> list[StagedFile]:
    folder = Path(location if location.endswith("/") else location.rpartition("/")[0])
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and str(path).startswith(location))
    return [StagedFile(str(path), hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()) for path in paths]
