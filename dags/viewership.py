"""### From the stream's records to the warehouse

`space_runs` → `clean_viewership` (Glue) → `aggregate_viewership` (EMR Serverless) → `stage_exports` (write) →
`audit_staging` → `publish_exports` → `check_warehouse` → `reconcile_ledger` → `settle_exports`

Started by the Lambda function `trigger_pipeline` when the streaming job has committed a batch, and every half hour to
sweep up what a failed run or a lost trigger left. One run at a time: a run takes everything there is when its jobs
start, so the runs of a hundred batches are one or two. Where runs cost, `space_runs` waits first, so that the starts of
two runs lie `run_interval_minutes` apart; what arrives meanwhile is part of the run that waits.

Every task may be tried again: the jobs take up at their watermark, staging is replaced as a whole, publishing the same
batch again changes nothing, and the marker of an export leaves the outbox last of all, after the checks and the ledger
have passed. What the audit finds at fault is never published: the task names the rows, and the exports stay in the
outbox. When nothing waits there, the warehouse is not woken and the tasks after `stage_exports` are skipped.
"""

from datetime import timedelta

from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.sdk import dag, task
from airflow.timetables.trigger import CronTriggerTimetable
from media_stream import SQL, TASKS, batch, outbox, warehouse
from media_stream.operators import DeployedGlueJob, EmrServerlessJob
from media_stream.spacing import SpaceRuns

LAKE_BUCKET = "{{ var.value.lake_bucket }}"
RUN_ID = "{{ run_id }}"
FIRST_ARRIVAL = "{{ first_arrival(ti) }}"
SWEEP = CronTriggerTimetable("*/30 * * * *", timezone="UTC", run_immediately=timedelta(0))
"""Every half hour, the first time at the next one: a plain cron string would start a run as soon as the DAG is parsed,
which may be before the stack is deployed."""


@task.short_circuit(multiple_outputs=False)
def stage_exports(lake_bucket: str, run: str) -> dict[str, str]:
    """Write: put every export of the outbox into staging; return their ids and first arrivals.

    When there is none the run ends here: everything exported is published and accounted for.
    """
    exports = outbox.pending(S3Hook(), lake_bucket)
    if exports:
        warehouse.stage(exports, run)
    return {export.id: batch.utc_text(export.first_arrival) for export in exports}


@task
def publish_exports(staged: dict[str, str], run: str) -> None:
    """Publish the batch that was audited, in one transaction."""
    warehouse.publish(len(staged), run)


@task
def reconcile_ledger(run: str, first_arrival: str) -> None:
    """Fail unless each record that the exports touch is in exactly one place: loaded, quarantined or a duplicate."""
    warehouse.close_books(run, first_arrival)


@task
def settle_exports(lake_bucket: str, staged: dict[str, str]) -> None:
    """Take the published exports out of the outbox."""
    outbox.settle(S3Hook(), lake_bucket, staged)


@dag(
    schedule=SWEEP,
    catchup=False,
    max_active_runs=1,
    default_args=TASKS,
    dagrun_timeout=timedelta(hours=3),
    template_searchpath=[str(SQL)],
    user_defined_macros={"first_arrival": warehouse.first_arrival},
    tags=["media-stream", "stream"],
    doc_md=__doc__,
)
def viewership() -> None:
    """Bronze to silver to gold, and into the warehouse."""
    space = SpaceRuns(task_id="space_runs", job_name="clean_viewership")
    clean = DeployedGlueJob(
        task_id="clean_viewership",
        job_name="clean_viewership",
        script_args={"--lake-bucket": LAKE_BUCKET, "--batch": "{{ run_id }}"},
    )
    aggregate = EmrServerlessJob(
        task_id="aggregate_viewership",
        name="aggregate_viewership",
        application_id="{{ var.value.emr_application_id }}",
        execution_role_arn="{{ var.value.emr_execution_role_arn }}",
        job_driver={
            "sparkSubmit": {
                "entryPoint": "{{ var.value.code_location }}/jobs/aggregate_viewership.py",
                "entryPointArguments": ["--lake-bucket", LAKE_BUCKET],
                "sparkSubmitParameters": "--py-files {{ var.value.code_location }}/jobs.zip",
            }
        },
        configuration_overrides={
            "monitoringConfiguration": {"s3MonitoringConfiguration": {"logUri": f"s3://{LAKE_BUCKET}/logs/emr/"}}
        },
    )
    staged = stage_exports(LAKE_BUCKET, RUN_ID)
    audit = warehouse.Audit(task_id="audit_staging")
    publish = publish_exports(staged, RUN_ID)  # type: ignore[arg-type]
    check = warehouse.Checks(task_id="check_warehouse", parameters={"first_arrival": FIRST_ARRIVAL})
    ledger = reconcile_ledger(RUN_ID, FIRST_ARRIVAL)
    settled = settle_exports(LAKE_BUCKET, staged)  # type: ignore[arg-type]
    space >> clean >> aggregate >> staged >> audit >> publish >> check >> ledger >> settled


viewership()
