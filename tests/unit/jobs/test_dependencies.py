"""What the jobs need beside their own zip: what Glue and EMR Serverless have, so that nothing else is uploaded."""

import ast
import sys
from pathlib import Path

import pytest

from scripts import paths

JOBS = sorted((paths.ROOT / "jobs").rglob("*.py"))
SPARK = {"pyspark"}


@pytest.mark.parametrize("file", JOBS, ids=lambda path: str(path.relative_to(paths.ROOT)))
def test_a_job_imports_spark_the_standard_library_and_other_jobs_only(file: Path) -> None:
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    allowed = {"jobs", *SPARK, *sys.stdlib_module_names}

    assert {name.partition(".")[0] for name in plain | named} <= allowed
