"""The data dictionary: docs/data-dictionary.md, made from the comments in the numbered files of snowflake/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts import paths, warehouse

PAGE = paths.ROOT / "docs" / "data-dictionary.md"
SCHEMAS = ("ANALYTICS", "OPS", "STAGING")
"""The chapters, what readers want first."""

HEAD = """# Data dictionary

Every table, view and column of the warehouse, from the comments in `snowflake/`. Made by `lab dictionary`; a test
fails when it is stale. Times are UTC, money is US dollars and cents in exact decimals.
"""

_TEXT = r"'((?:[^']|'')*)'"
_SCHEMA = re.compile(rf"CREATE (?:TRANSIENT )?SCHEMA IF NOT EXISTS (\w+) COMMENT = {_TEXT}$")
_OBJECT = re.compile(
    r"CREATE (?:OR REPLACE )?(?:TRANSIENT )?(TABLE|VIEW) (?:IF NOT EXISTS )?(\w+)\.(\w+) "
    rf"\(\n(.*?)\n\) COMMENT = {_TEXT}",
    re.DOTALL,
)
_TABLE_COLUMN = re.compile(rf"^ +(\w+) +(\S+) +(NOT NULL )? *COMMENT {_TEXT},?$", re.MULTILINE)
_VIEW_COLUMN = re.compile(rf"^ +(\w+)()() COMMENT {_TEXT},?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``type`` is empty in a view."""

    name: str
    type: str
    required: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Object:
    """A table or a view, with its columns in order."""

    kind: str
    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]


def write() -> Path:
    """Write the page anew; returns where it is."""
    PAGE.write_text(page(), encoding="utf-8")
    return PAGE


def page(directory: Path = paths.ROOT / "snowflake") -> str:
    """The page as it should be."""
    statements = _statements(directory)
    about = {found[1]: found[2] for text in statements if (found := _SCHEMA.match(text))}
    objects = [_object(found) for text in statements if (found := _OBJECT.match(text))]
    return HEAD + "".join(_chapter(schema, _plain(about[schema]), objects) for schema in SCHEMAS)


def _statements(directory: Path) -> list[str]:
    anything = dict.fromkeys(("database", "warehouse", "lake_bucket", "stage_options"), "X")
    files = warehouse.numbered_files(directory)
    return [statement for file in files for statement in warehouse.statements(file, anything)]


def _object(found: re.Match[str]) -> Object:
    kind, schema, name, body, comment = found.groups()
    columns = (_TABLE_COLUMN if kind == "TABLE" else _VIEW_COLUMN).findall(body)
    return Object(
        kind.lower(),
        schema,
        name,
        _plain(comment),
        tuple(Column(each, sql_type, bool(required), _plain(text)) for each, sql_type, required, text in columns),
    )


def _chapter(schema: str, about: str, objects: list[Object]) -> str:
    sections = (_section(each) for each in objects if each.schema == schema)
    return f"\n## {schema}\n\n{about}.\n" + "".join(sections)


def _section(what: Object) -> str:
    lines = _table_lines(what) if what.kind == "table" else _view_lines(what)
    return f"\n### {what.schema}.{what.name}\n\n{what.comment} ({what.kind}).\n\n" + "".join(
        f"{line}\n" for line in lines
    )


def _table_lines(table: Object) -> Iterator[str]:
    yield from ("| column | type | null | what it holds |", "|---|---|---|---|")
    for each in table.columns:
        yield f"| {each.name} | {each.type} | {'' if each.required else 'yes'} | {each.comment} |"


def _view_lines(view: Object) -> Iterator[str]:
    yield from ("| column | what it holds |", "|---|---|")
    for each in view.columns:
        yield f"| {each.name} | {each.comment} |"


def _plain(comment: str) -> str:
    """The comment as Markdown in a table's cell."""
    return comment.replace("''", "'").replace("|", "\\|").replace("<", "&lt;")
