"""What the DAGs share: where the SQL lies, how tasks retry, the jobs' operators, the outbox and the load."""

from datetime import timedelta
from pathlib import Path
from typing import Any

DAGS = Path(__file__).parent.parent
SQL = DAGS / "snowflake" if (DAGS / "snowflake").is_dir() else DAGS.parent / "snowflake"
"""The warehouse's SQL: inside the DAG folder on MWAA, which takes no other folder; beside it in the repository."""

TASKS: dict[str, Any] = {
    "owner": "media-stream",
    "retries": 4,
    "retry_delay": timedelta(seconds=5),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=2),
}
"""Default arguments of every task. Each is idempotent and may be tried again: in seconds at first, then less often."""
