"""The files at a location: listed, brought whole onto the local disk, deleted.

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
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from lab_snowflake.staging.keys import OWN, Keys
from lab_snowflake.staging.locations import InFolder, InS3, Location

DOWNLOADS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class StagedFile:
    """One file of a stage.

    Attributes:
        url: its address in S3, or its path on disk.
        name: as LIST and COPY show it: the address, or its path with the stage's name before it.
        etag: changes with its contents; of a file on disk the MD5.
        size: bytes.
        modified: when it was last written.
        keys: by which a remote file is reached.
    """

    url: str
    name: str
    etag: str
    size: int
    modified: datetime
    keys: Keys = OWN

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


def listed(location: Location, pattern: str | None = None) -> list[StagedFile]:
    """The files at ``location``, by name; of those, the ones whose whole name is ``pattern``."""
    found = _on_disk(location) if isinstance(location, InFolder) else _in_bucket(location)
    return [file for file in found if pattern is None or re.fullmatch(pattern, file.name)]


@contextmanager
def fetched(files: list[StagedFile], scratch: Path) -> Iterator[list[str]]:
    """Paths on disk with the contents of ``files``, in their order, as long as the context lasts."""
    scratch.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=scratch) as folder, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
        used = {file.keys for file in files if file.is_remote}
        s3 = {keys: keys.client("s3") for keys in used}  # half a second, the first time

        def fetch(numbered: tuple[int, StagedFile]) -> str:
            number, file = numbered
            if not file.is_remote:
                return file.url
            path = Path(folder) / f"{number}{''.join(Path(file.key).suffixes[-2:])}"
            found = s3[file.keys].get_object(Bucket=file.bucket, Key=file.key, IfMatch=file.etag)
            path.write_bytes(found["Body"].read())
            return str(path)

        yield list(pool.map(fetch, enumerate(files)))


def removed(files: list[StagedFile]) -> None:
    """Delete ``files`` from their stage."""
    for file in files:
        if file.is_remote:
            file.keys.client("s3").delete_object(Bucket=file.bucket, Key=file.key)
        else:
            Path(file.url).unlink(missing_ok=True)


def _in_bucket(location: InS3) -> list[StagedFile]:
    url = location.url
    bucket, prefix = urlsplit(url).netloc, url.split("/", 3)[3] if url.count("/") > 2 else ""
    pages = location.keys.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [
        StagedFile(address, address, item["ETag"], item["Size"], item["LastModified"], location.keys)
        for page in pages
        for item in page.get("Contents", [])
        if not item["Key"].endswith("/")
        for address in [f"s3://{bucket}/{item['Key']}"]
    ]


def _on_disk(location: InFolder) -> list[StagedFile]:
    folder, found = location.folder, []
    for path in folder.files(location.prefix):
        state = path.stat()
        with path.open("rb") as content:
            digest = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        modified = datetime.fromtimestamp(state.st_mtime, UTC)
        found.append(StagedFile(str(path), folder.label + folder.path_of(path), digest, state.st_size, modified))
    return found
