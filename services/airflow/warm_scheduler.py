"""Airflow's scheduler, with what tasks import already imported.

The executor's workers and their tasks are forks of the scheduler: what it holds they share, in time and in memory. A
task that finds the providers and Snowflake's connector there starts about two seconds of CPU earlier; a run has six.
"""

import importlib
import sys

NEEDED_BY_TASKS = (
    "airflow.providers.amazon.aws.hooks.s3",
    "airflow.providers.amazon.aws.operators.emr",
    "airflow.providers.amazon.aws.operators.glue",
    "airflow.providers.amazon.aws.secrets.secrets_manager",
    "airflow.providers.snowflake.hooks.snowflake",
    "airflow.providers.standard.decorators.short_circuit",
    "airflow.providers.standard.triggers.temporal",
    "snowflake.connector",
)

if __name__ == "__main__":
    for module in NEEDED_BY_TASKS:
        importlib.import_module(module)
    from airflow.__main__ import main

    sys.argv = ["airflow", "scheduler", *sys.argv[1:]]
    main()  # type: ignore[no-untyped-call]
