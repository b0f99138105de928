"""The columns of the lake's exports, read out of jobs/exports.py: to import that file takes Spark."""

import ast
from pathlib import Path

from jobs import tables

EXPORTS = Path(__file__).resolve().parents[1] / "jobs" / "exports.py"


def columns() -> dict[str, dict[str, str]]:
    """The SQL type of each column, by exported table: `columns()["records"]["stream_name"]`."""
    [value] = [
        node.value
        for node in ast.parse(EXPORTS.read_text()).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "COLUMNS"
    ]
    assert value is not None
    found: dict[str, dict[str, str]] = eval(compile(ast.Expression(value), EXPORTS, "eval"), vars(tables))
    return found


COLUMNS = columns()
