"""A Glue job on real Spark: spark-submit of the lab, Iceberg's GlueCatalog, tables in S3."""

import textwrap
from typing import Any

from tests.integration.job_runs import CODE_BUCKET, eventually

SCRIPT = """
    import argparse
    from pyspark.sql import SparkSession

    parser = argparse.ArgumentParser()
    parser.add_argument("--lake-bucket")
    parser.add_argument("--JOB_NAME")
    arguments, _ = parser.parse_known_args()

    spark = SparkSession.builder.appName(arguments.JOB_NAME).getOrCreate()
    spark.sql("CREATE TABLE glue.on_spark.numbers (n BIGINT) USING iceberg")
    spark.range(100).selectExpr("id AS n").writeTo("glue.on_spark.numbers").append()
    print("rows", spark.table("glue.on_spark.numbers").count(), "of", arguments.lake_bucket)
    spark.stop()
"""

CATALOG = {
    "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    "spark.sql.catalog.glue": "org.apache.iceberg.spark.SparkCatalog",
    "spark.sql.catalog.glue.catalog-impl": "org.apache.iceberg.aws.glue.GlueCatalog",
    "spark.sql.catalog.glue.io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
    "spark.sql.catalog.glue.warehouse": "s3://on-spark-lake/warehouse",
    "spark.ui.enabled": "false",
}


def test_a_glue_job_writes_an_iceberg_table_that_the_catalog_shows(own_localstack: Any) -> None:
    with own_localstack(SPARK_MASTER_URL="local[1]") as (_, client):
        for bucket in (CODE_BUCKET, "on-spark-lake"):
            client("s3").create_bucket(Bucket=bucket)
        client("s3").put_object(Bucket=CODE_BUCKET, Key="write_numbers.py", Body=textwrap.dedent(SCRIPT).encode())
        glue = client("glue")
        glue.create_database(DatabaseInput={"Name": "on_spark"})
        glue.create_job(
            Name="numbers",
            Role="r",
            GlueVersion="6.0",
            Command={"Name": "glueetl", "ScriptLocation": f"s3://{CODE_BUCKET}/write_numbers.py"},
            DefaultArguments={
                "--conf": " --conf ".join(f"{name}={value}" for name, value in CATALOG.items()),
                "--lake-bucket": "on-spark-lake",
            },
        )

        run_id = glue.start_job_run(JobName="numbers")["JobRunId"]
        run = eventually(
            lambda: glue.get_job_run(JobName="numbers", RunId=run_id)["JobRun"],
            lambda run: run["JobRunState"] not in ("STARTING", "RUNNING"),
            within=180,
        )
        assert (run["JobRunState"], run.get("ErrorMessage")) == ("SUCCEEDED", None)
        output = client("logs").get_log_events(logGroupName="/aws-glue/jobs/output", logStreamName=run_id)["events"]
        table = glue.get_table(DatabaseName="on_spark", Name="numbers")["Table"]

    assert "rows 100 of on-spark-lake" in [event["message"] for event in output]
    assert (table["Parameters"]["table_type"], table["VersionId"]) == ("ICEBERG", "1")
