"""docs/data-dictionary.md says what the comments of snowflake/ say."""

import re
from pathlib import Path

from scripts import dictionary, paths


def test_the_data_dictionary_is_as_the_comments_are() -> None:
    stale = "docs/data-dictionary.md is stale: run `lab dictionary` (.venvs/lab/bin/lab dictionary)"
    assert dictionary.PAGE.read_text() == dictionary.page(), stale


def test_it_has_every_table_and_view_with_every_column() -> None:
    definitions = "\n".join(file.read_text() for file in sorted((paths.ROOT / "snowflake").glob("0*.sql")))
    names = set(re.findall(r"CREATE [A-Z ]*?(?:TABLE|VIEW) (?:IF NOT EXISTS )?(\w+\.\w+)", definitions))
    page = dictionary.page()
    assert set(re.findall(r"^### (\S+)$", page, re.MULTILINE)) == names
    comments = len(re.findall(r" COMMENT '", definitions))
    assert len(re.findall(r"^\| [A-Z_]+ \|", page, re.MULTILINE)) == comments


def test_an_apostrophe_a_bar_and_a_tag_are_shown_as_they_are(tmp_path: Path) -> None:
    schemas = "\n".join(f"CREATE SCHEMA IF NOT EXISTS {name} COMMENT = 'S';" for name in dictionary.SCHEMAS)
    columns = """    A NUMBER(38,0) NOT NULL COMMENT 'It''s a | and a <b>',\n    B DATE COMMENT 'Day'"""
    table = f"CREATE TABLE IF NOT EXISTS OPS.T (\n{columns}\n) COMMENT = 'Rows';"
    (tmp_path / "01_x.sql").write_text(f"-- A file; with a comment\n{schemas}\n{table}")
    page = dictionary.page(tmp_path)
    assert "| A | NUMBER(38,0) |  | It's a \\| and a &lt;b> |\n| B | DATE | yes | Day |\n" in page
