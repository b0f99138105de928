"""Where a job run's driver logs go, laid out as EMR Serverless lays them out in S3 and CloudWatch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.logs import LogStream, LogTarget, S3Log

_LOG_GROUP = "/aws/emr-serverless"


def log_targets(
    monitoring: Mapping[str, Any], account: Account, place: str, stdout: Path, stderr: Path
) -> list[LogTarget]:
    """The targets that a MonitoringConfiguration asks for; `place` is applications/ID/jobs/ID[/attempts/N]."""
    files = {"stdout": stdout, "stderr": stderr}
    targets: list[LogTarget] = []
    if log_uri := (monitoring.get("s3MonitoringConfiguration") or {}).get("logUri"):
        base = f"{log_uri.rstrip('/')}/{place}/SPARK_DRIVER"
        targets += [S3Log(account, file, f"{base}/{name}.gz") for name, file in files.items()]
    cloudwatch = monitoring.get("cloudWatchLoggingConfiguration") or {}
    if cloudwatch.get("enabled"):
        group = cloudwatch.get("logGroupName", _LOG_GROUP)
        prefix = cloudwatch.get("logStreamNamePrefix")
        base = f"{prefix}/{place}/SPARK_DRIVER" if prefix else f"{place}/SPARK_DRIVER"
        targets += [LogStream(account, file, group, f"{base}/{name}") for name, file in files.items()]
    return targets
