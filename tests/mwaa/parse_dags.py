"""What MWAA's DAG processor finds in a DAG folder, as JSON; run by an interpreter that has nothing else on its path.

python parse_dags.py FOLDER
"""

import json
import sys
import warnings
from importlib.metadata import version
from typing import Any

warnings.simplefilter("ignore")
from airflow.serialization import serialized_objects  # noqa: E402 - after the warnings of imports are off

try:
    from airflow.dag_processing.dagbag import DagBag  # Airflow 3.3
except ImportError:
    from airflow.models.dagbag import DagBag  # Airflow 3.0


def serialized(dag: Any) -> dict[str, Any]:
    """The DAG as the processor hands it to the scheduler."""
    serializer = getattr(serialized_objects, "DagSerialization", None) or serialized_objects.SerializedDAG
    document: dict[str, Any] = serializer.to_dict(dag)["dag"]
    return document


def described(dag: Any) -> dict[str, Any]:
    """What a user cares about of a DAG, once it has gone to the scheduler and back."""
    return {
        "tasks": [task.task_id for task in dag.topological_sort()],
        "timetable": serialized(dag)["timetable"],
        "max_active_runs": dag.max_active_runs,
        "template_searchpath": dag.template_searchpath,
    }


folder = sys.argv[1]
bag = DagBag(folder)
found = {
    "versions": {name: version(name) for name in ("apache-airflow", "apache-airflow-providers-snowflake")},
    "errors": bag.import_errors,
    "dags": {dag_id: described(dag) for dag_id, dag in bag.dags.items()},
}
print(json.dumps(found))
