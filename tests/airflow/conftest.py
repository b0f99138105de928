"""Airflow as a task has it: the DAG folder on the path, connections from the environment, no database, no network."""

from __future__ import annotations

import importlib
import os
import socket
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "dags"), str(ROOT / "services" / "airflow")]

HOME = tempfile.TemporaryDirectory(prefix="airflow-")
for name in [name for name in os.environ if name.startswith(("AIRFLOW", "AWS_", "SNOWFLAKE_"))]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": HOME.name,
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW_CONN_AWS_DEFAULT": '{"conn_type": "aws", "extra": {"region_name": "us-east-1"}}',
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}

with warnings.catch_warnings():
    # Airflow and its providers warn of each other's changes while they are imported; our DAGs are imported after that
    warnings.simplefilter("ignore")
    for module in ("amazon.aws.operators.emr", "amazon.aws.operators.glue", "snowflake.hooks.snowflake"):
        importlib.import_module(f"airflow.providers.{module}")
    for module in ("decorators.python", "decorators.short_circuit"):
        importlib.import_module(f"airflow.providers.standard.{module}")
    from airflow.dag_processing.dagbag import DagBag


def pytest_unconfigure() -> None:
    """Remove Airflow's home directory."""
    HOME.cleanup()


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every connection to a host an error."""

    def refuse(_: socket.socket, address: Any) -> None:
        raise AssertionError(f"something connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def dag_bag() -> Iterator[DagBag]:
    """The DAG folder as Airflow's DAG processor reads it where Airflow itself watches the queue of arrivals."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIGGER_QUEUE", "media-stream-trigger")
        yield DagBag(ROOT / "dags")


@pytest.fixture
def dag_bag_without_queue() -> DagBag:
    """The DAG folder as Airflow's DAG processor reads it everywhere else."""
    return DagBag(ROOT / "dags")
