"""What the first task of viewership does under this Airflow, as JSON: with no interval, and 4 minutes after a start."""

import json
import warnings
from datetime import UTC, datetime, timedelta

warnings.simplefilter("ignore")
from airflow.exceptions import TaskDeferred  # noqa: E402 - its place on 3.0 and on 3.3
from airflow.sdk import Context, Variable  # noqa: E402 - after the warnings of imports are off
from media_stream import spacing  # noqa: E402

START = datetime.now(UTC) - timedelta(minutes=4)
spacing._last_start = lambda _: START
found = {"starts": START.isoformat()}
for interval in ("0", "15"):
    Variable.get = lambda *_, interval=interval, **__: interval
    try:
        spacing.SpaceRuns(task_id="space_runs", job_name="clean_viewership").execute(Context())
        found[interval] = "passes"
    except TaskDeferred as deferred:
        path, arguments = deferred.trigger.serialize()
        found[interval] = [path, arguments["moment"].isoformat(), deferred.method_name]
print(json.dumps(found))
