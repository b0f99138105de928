"""The reference data beside the stream: three CSV files in ``landing/``.

RFC 4180 quoting (a quote is doubled; commas, quotes and line breaks stand inside quotes): Spark reads it with
``multiLine=true`` and ``escape='"'``. A file that would not change is not uploaded again: its arrival starts a DAG.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from scripts.generate.claims import next_index
from scripts.generate.revenue import Reported, reported_revenue
from scripts.generate.settings import GenerateSettings
from scripts.generate.world import AGE_GROUPS, GENDERS, World, world

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CHANNEL_METADATA = ("channel_id", "channel_name", "genre", "language", "launch_year")
DEMOGRAPHICS = ("user_id", "gender", "age_group", "region", "subscription_type")
AD_REVENUE = ("channel_id", "channel_name", "date", "ad_revenue")

CHANNEL_METADATA_KEY = "landing/channel_metadata/channel_metadata.csv"
DEMOGRAPHICS_KEY = "landing/demographics/demographics.csv"
AD_REVENUE_KEY = "landing/ad_revenue/ad_revenue.csv"


def upload(settings: GenerateSettings, session: boto3.Session) -> list[str]:
    """Put the reference data for the run of ``settings`` in place, before the run; returns the keys that changed.

    The advertising revenue grows by what the coming run will be reported to have earned. Called twice before
    the same run, it grows once.
    """
    s3: S3Client = session.client("s3")
    the_world = world(settings.seed)
    changed = [
        key
        for key, text in (
            (CHANNEL_METADATA_KEY, channel_metadata(the_world)),
            (DEMOGRAPHICS_KEY, demographics(the_world)),
        )
        if _put_changed(s3, settings.bucket, key, text)
    ]
    return changed + ([AD_REVENUE_KEY] if _add_revenue(s3, settings) else [])


def channel_metadata(the_world: World) -> str:
    """The channels as CSV."""
    return _csv(
        CHANNEL_METADATA,
        ((item.channel_id, item.name, item.genre, item.language, item.launch_year) for item in the_world.channels),
    )


def demographics(the_world: World) -> str:
    """The viewers as CSV."""
    viewers = the_world.viewers
    genders = (GENDERS[place] for place in viewers.gender)
    ages = (AGE_GROUPS[place] for place in viewers.age_group)
    rows = zip(viewers.ids, genders, ages, viewers.region_names, viewers.subscription_names, strict=True)
    return _csv(DEMOGRAPHICS, rows)


def ad_revenue(the_world: World, reported: Reported) -> str:
    """What the advertising network reports for each channel and day, as CSV with exact cents."""
    names = {item.channel_id: item.name for item in the_world.channels}
    rows = (
        (channel, names[channel], day, f"{cents // 100}.{cents % 100:02d}")
        for (channel, day), cents in sorted(reported.items())
    )
    return _csv(AD_REVENUE, rows)


def parse_ad_revenue(text: str) -> Reported:
    """The inverse of ``ad_revenue``: cents by channel and day."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return {(row["channel_id"], row["date"]): int(row["ad_revenue"].replace(".", "")) for row in rows}


def _add_revenue(s3: S3Client, settings: GenerateSettings) -> bool:
    """Add the coming run's revenue to the file; ``reported-through`` in its metadata says up to where."""
    start = next_index(s3, settings.bucket, settings.stream, settings.seed)
    mark, end = f"reported-through-{settings.seed}", start + settings.events
    try:
        found = s3.get_object(Bucket=settings.bucket, Key=AD_REVENUE_KEY)
        before, metadata = parse_ad_revenue(found["Body"].read().decode()), found["Metadata"]
    except s3.exceptions.NoSuchKey:
        before, metadata = {}, {}
    first = max(start, int(metadata.get(mark, 0)))
    if first >= end:
        return False
    added = reported_revenue(settings, first, end - first)
    total = {key: before.get(key, 0) + added.get(key, 0) for key in before.keys() | added.keys()}
    body = ad_revenue(world(settings.seed), total).encode()
    s3.put_object(
        Bucket=settings.bucket,
        Key=AD_REVENUE_KEY,
        Body=body,
        Metadata=metadata | {mark: str(end)},
        ContentType="text/csv",
    )
    return True


def _put_changed(s3: S3Client, bucket: str, key: str, text: str) -> bool:
    body = text.encode()
    digest = hashlib.sha256(body).hexdigest()
    try:
        if s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256") == digest:
            return False
    except ClientError as error:
        if error.response["ResponseMetadata"].get("HTTPStatusCode") != 404:
            raise
    s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"sha256": digest}, ContentType="text/csv")
    return True


def _csv(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
