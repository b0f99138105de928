"""The Spark session of every job: the lake's Iceberg tables as catalog ``glue``, times in UTC.

Plain Spark: runs unchanged under spark-submit, on Glue and on EMR Serverless. Endpoint, region and keys come
from the environment, what only the laptop needs from services/spark/spark-defaults.conf.
"""

from __future__ import annotations

from pyspark.sql import SparkSession

from jobs.tables import CATALOG

_CATALOG_CLASS = "org.apache.iceberg.spark.SparkCatalog"
_EXTENSIONS = "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"


Settings = dict[str, bool | float | int | str | None]


def settings(lake_bucket: str) -> Settings:
    """What a job's session is configured with: the Glue Data Catalog over the lake's ``warehouse/``."""
    catalog = f"spark.sql.catalog.{CATALOG}"
    return {
        "spark.sql.extensions": _EXTENSIONS,
        catalog: _CATALOG_CLASS,
        f"{catalog}.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse": f"s3://{lake_bucket}/warehouse",
        # A cached table shows the snapshot of up to 30 s ago; watermarks and manifests need today's.
        f"{catalog}.cache-enabled": False,
        # Other writers' commits are retried past: with the default of 4, 3 of 60 concurrent appends were lost.
        f"{catalog}.table-default.commit.retry.num-retries": 20,
        "spark.sql.session.timeZone": "UTC",
        # An export's folder holds what is to be loaded and nothing else: no empty _SUCCESS.
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": False,
        "spark.sql.sources.partitionOverwriteMode": "dynamic",
    }


def lake_session(app_name: str, lake_bucket: str) -> SparkSession:
    """A session whose catalog ``glue`` holds the lake's tables, in ``s3://<lake_bucket>/warehouse``."""
    return SparkSession.builder.appName(app_name).config(map=settings(lake_bucket)).getOrCreate()
