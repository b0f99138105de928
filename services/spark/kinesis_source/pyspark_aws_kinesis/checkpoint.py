"""The last offset that Spark planned, read from the query's own checkpoint.

Spark 4.1 asks a Python source for its latest offset without saying where the query stands: after a restart the
source would begin again at the starting position. Spark's offset log knows; reading it leaves one truth, and a
checkpoint that is gone takes the source's memory with it.
"""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import boto3

from .offset import Offset


def last_planned(checkpoint: str, region: str) -> Offset | None:
    """The end of the newest batch in ``<checkpoint>/offsets``; None for a new query.

    The checkpoint is a local path or an ``s3://`` (``s3a://``) address.
    """
    address = urlsplit(checkpoint)
    text = _newest_in_s3(address.netloc, address.path, region) if address.netloc else _newest_on_disk(address.path)
    return None if text is None else _offset_in(text)


def _newest_in_s3(bucket: str, path: str, region: str) -> str | None:
    s3 = boto3.client("s3", region_name=region)
    prefix = f"{path.strip('/')}/offsets/"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    names = [item["Key"].removeprefix(prefix) for page in pages for item in page.get("Contents", [])]
    newest = _newest(names)
    if newest is None:
        return None
    body: bytes = s3.get_object(Bucket=bucket, Key=prefix + newest)["Body"].read()
    return body.decode()


def _newest_on_disk(path: str) -> str | None:
    folder = Path(path) / "offsets"
    newest = _newest([entry.name for entry in folder.iterdir()] if folder.is_dir() else [])
    return None if newest is None else (folder / newest).read_text()


def _newest(names: list[str]) -> str | None:
    """The log entry of the highest batch: its name is the batch's number; other files are Spark's own."""
    return max((name for name in names if name.isdecimal()), key=int, default=None)


def _offset_in(entry: str) -> Offset:
    """Spark's entry: a line with the version, one with the batch's metadata, one with the source's offset."""
    lines = entry.splitlines()
    if len(lines) != 3 or lines[0] != "v1":
        raise ValueError(f"The checkpoint's offset log is not one of a query with one source, in format v1: {entry!r}")
    return Offset.from_json(json.loads(lines[2]))
