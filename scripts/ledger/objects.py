"""Lines of JSON in S3: what producers claimed, and what the raw archive received."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.json as pj
from botocore.exceptions import ClientError

from scripts.generate.claims import CLAIMS_PREFIX
from scripts.ledger.evidence import CLAIMS, RECORDS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RAW_PREFIX = "raw"
READERS = 8
NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Lake:
    """The lake's bucket, and the client to read it with."""

    s3: S3Client
    bucket: str

    def exists(self) -> bool:
        """Whether there is such a bucket at all."""
        try:
            self.s3.head_bucket(Bucket=self.bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == NOT_FOUND:
                return False
            raise
        return True

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys below ``prefix``, in order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield entry["Key"]

    def read(self, keys: Iterable[str], schema: pa.Schema) -> pa.Table:
        """The lines of the objects ``keys`` as one table: the columns of ``schema``, other fields left out."""
        with ThreadPoolExecutor(READERS, thread_name_prefix="ledger-read") as pool:
            tables = pool.map(lambda key: _lines(self.body(key), schema), keys)
            return pa.concat_tables([schema.empty_table(), *tables])

    def body(self, key: str) -> bytes:
        """The bytes of one object."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()


def claims(lake: Lake, stream: str, run_id: str | None) -> pa.Table:
    """What producers claim to have put into ``stream``; of one run, or of all."""
    below = f"{run_id}/" if run_id else ""
    return lake.read(lake.keys(f"{CLAIMS_PREFIX}/{stream}/{below}"), CLAIMS)


def received(lake: Lake, stream: str) -> pa.Table:
    """The records in the raw archive of ``stream``. Objects may overlap: a record may be here twice."""
    return lake.read(lake.keys(f"{RAW_PREFIX}/{stream}/"), RECORDS)


def _lines(body: bytes, schema: pa.Schema) -> pa.Table:
    text = gzip.decompress(body)
    if not text.strip():
        return schema.empty_table()
    options = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore")
    # A block must hold the longest line: a record may be a mebibyte, a third more in base64.
    return pj.read_json(
        io.BytesIO(text), parse_options=options, read_options=pj.ReadOptions(block_size=max(len(text), 1 << 20))
    ).select(schema.names)
