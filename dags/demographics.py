"""### The viewers' demographics, from the CSV files in `landing/demographics/` into the lake

One Glue job, `merge_demographics`: it merges the rows by viewer and keeps bad ones apart with their reason. Started by
the Lambda function `trigger_pipeline` when such a file arrives; the next run of `viewership` joins what it finds.
"""

from datetime import timedelta

from airflow.sdk import dag
from media_stream import TASKS
from media_stream.operators import DeployedGlueJob


@dag(
    schedule=None,
    catchup=False,
    max_active_runs=1,
    default_args=TASKS,
    dagrun_timeout=timedelta(hours=3),
    tags=["media-stream", "reference"],
    doc_md=__doc__,
)
def demographics() -> None:
    """Landing to silver."""
    DeployedGlueJob(
        task_id="merge_demographics",
        job_name="merge_demographics",
        script_args={"--lake-bucket": "{{ var.value.lake_bucket }}"},
    )


demographics()
