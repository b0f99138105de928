"""The profile is the only switch: nothing of the pipeline knows where it runs."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PIPELINE = ("dags", "jobs", "lambda", "snowflake")
END_TO_END = ("scripts/run.py", "scripts/stages.py", "scripts/stack.py", "scripts/code.py", "scripts/stream.py")

FORBIDDEN = {
    "an endpoint": re.compile(
        r"localhost|127\.0\.0\.1|\b4566\b|\b8090\b|endpoint_url\s*=|amazonaws\.com|https?://(?!schemas)"
    ),
    "a profile": re.compile(r"PROFILE_KIND|\blocalstack\b|\bfakesnow\b|local\.env|aws\.env|is_local|if local\b", re.I),
}

FILES = sorted(
    path
    for name in (*PIPELINE, *END_TO_END)
    for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
    if path.is_file() and path.suffix in {".py", ".sql"}
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_pipeline_names_no_endpoint_and_no_profile(path: Path) -> None:
    found = {what: pattern.findall(path.read_text()) for what, pattern in FORBIDDEN.items()}
    assert {what: words for what, words in found.items() if words} == {}


def test_every_folder_of_the_pipeline_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in FILES} == {*PIPELINE, "scripts"}


PYTHON_FILES = sorted(path for folder in ("dags", "lambda") for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", PYTHON_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_dags_and_functions_import_neither_the_command_line_nor_the_jobs(path: Path) -> None:
    """import-linter cannot see these files: they are loaded by path, as AWS does."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & {"scripts", "jobs", "dags", "lab_localstack", "lab_snowflake"}
