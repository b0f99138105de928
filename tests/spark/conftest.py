"""A small Spark in this process: local[1], loopback, the catalog ``glue`` as Iceberg tables in a temporary folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.session import settings
from jobs.tables import CATALOG

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "services" / "spark"
# As spark-submit has it: the source on PYTHONPATH; and what these tests share.
sys.path[:0] = [str(SERVICE / "kinesis_source"), str(SERVICE), str(Path(__file__).parent)]
JARS = Path(sys.prefix) / "lab-jars"  # those of this environment's Spark


def pytest_configure(config: pytest.Config) -> None:
    """Leave py4j its habit of closing sockets by garbage collection; every other warning stays an error."""
    config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")
    config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The session of the jobs, but for its catalog: Iceberg's own on local files, in place of Glue and S3."""
    folder = tmp_path_factory.mktemp("spark")
    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_CONF_DIR": str(folder)}
    os.environ["PYSPARK_SUBMIT_ARGS"] = f'--driver-class-path "{JARS}/*" pyspark-shell'
    (folder / "log4j2.properties").write_text((SERVICE / "log4j2.properties").read_text())
    catalog = f"spark.sql.catalog.{CATALOG}"
    local = settings("unused") | {
        f"{catalog}.type": "hadoop",
        f"{catalog}.warehouse": str(folder / "warehouse"),
        "spark.sql.warehouse.dir": str(folder / "spark-warehouse"),
        "spark.sql.shuffle.partitions": "1",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }
    del local[f"{catalog}.catalog-impl"], local[f"{catalog}.io-impl"]
    with SparkSession.builder.master("local[1]").appName("tests").config(map=local).getOrCreate() as session:
        yield session
