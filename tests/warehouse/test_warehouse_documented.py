"""The project's SQL is Snowflake's as Snowflake documents it: the local warehouse may take more than the real one.

Every statement of snowflake/ and of the DAGs is looked at as it is sent on AWS.
"""

import ast
import logging
import re
from collections.abc import Iterator
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from snowflake.connector.util_text import split_statements
from sqlglot import exp, parse_one
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import TokenType

from tests.snowflake_documented import (
    CLAUSES,
    FUNCTIONS,
    LIMITED,
    MODIFIERS,
    RESERVED,
    STAGE_OPTIONS,
    STATEMENTS,
    TYPES,
)

ROOT = Path(__file__).resolve().parents[2]
VALUES = {
    "database": "MEDIA_STREAM",
    "warehouse": "MEDIA_STREAM_WH",
    "lake_bucket": "media-stream-123456789012-lake",
    "stage_options": "STORAGE_INTEGRATION = MEDIA_STREAM_S3",
    "integration": "MEDIA_STREAM_S3",
    "role_arn": "arn:aws:iam::123456789012:role/reader",
}

UNPARSED = {
    "CREATE RESOURCE MONITOR": "sqlglot has no syntax of resource monitors",
    "CREATE ROLE": "sqlglot has no syntax of roles",
    "ALTER WAREHOUSE": "sqlglot alters tables and views alone",
    "ALTER STORAGE INTEGRATION": "sqlglot alters tables and views alone",
    "GRANT ROLE": "sqlglot grants privileges on one object alone",
    "GRANT": "sqlglot grants privileges on one object alone, not on all or future ones",
}
"""What sqlglot does not take apart, and why: looked at word by word alone."""


def sent(text: str) -> Iterator[str]:
    """The statements in `text` as the connector sends them, with values in the places of variables and bound values."""
    filled = re.sub(r"&\{(\w+)\}", lambda found: VALUES[found[1]], text)
    filled = re.sub(r"%\(\w+\)s", "'1'", filled).replace("{{ export_id }}", "20261129")
    for statement, _ in split_statements(StringIO(filled), remove_comments=True):
        if statement and statement.strip(" \n;"):
            yield statement.strip().removesuffix(";").rstrip()


def of_the_dags() -> Iterator[tuple[str, str]]:
    """The statements that stand in the DAGs' own code: texts given to a method `execute`."""
    for file in sorted((ROOT / "dags").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "execute"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield file.name, str(node.args[0].value)


ALL = [
    *((str(file.relative_to(ROOT)), text) for file in sorted((ROOT / "snowflake").rglob("*.sql"))
      for text in sent(file.read_text())),
    *of_the_dags(),
]  # fmt: skip
EACH = pytest.mark.parametrize(
    "statement", [pytest.param(text, id=f"{file} {text.split('(')[0][:50].strip()}") for file, text in ALL]
)


def kind(statement: str) -> str | None:
    """The kind of STATEMENTS that `statement` is of; None for none."""
    words = re.sub(rf"^CREATE (?:(?:{'|'.join(MODIFIERS)}) )*", "CREATE ", " ".join(statement.split()[:8]))
    return next((each for each in STATEMENTS if words == each or words.startswith(f"{each} ")), None)


def parsed(statement: str) -> exp.Expression:
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    return parse_one(statement, read="snowflake")


def test_every_file_and_the_dags_are_looked_at() -> None:
    looked_at = {file for file, _ in ALL}
    files = {str(file.relative_to(ROOT)) for file in (ROOT / "snowflake").rglob("*.sql")}
    assert files < looked_at
    assert "batch.py" in looked_at
    assert len(ALL) > 120


@EACH
def test_a_statement_is_of_a_kind_that_is_documented(statement: str) -> None:
    assert kind(statement) is not None


@EACH
def test_a_statement_parses_in_sqlglots_dialect(statement: str) -> None:
    if isinstance(parsed(statement), exp.Command):
        assert kind(statement) in UNPARSED


def test_what_is_not_parsed_is_still_so() -> None:
    commands = {kind(text) for _, text in ALL if isinstance(parsed(text), exp.Command)}
    assert commands == set(UNPARSED)


@EACH
def test_no_reserved_word_is_a_name(statement: str) -> None:
    names = {each.name.upper() for each in parsed(statement).find_all(exp.Identifier) if not each.quoted}
    assert names & (RESERVED | LIMITED) == set()


@EACH
def test_functions_and_types_are_documented(statement: str) -> None:
    tokens = Snowflake().tokenize(statement)
    before = [None, *tokens]
    called = {
        word.text.upper()
        for previous, (word, following) in zip(before, pairwise(tokens), strict=False)
        if following.text == "("
        and re.fullmatch(r"\w+", word.text)
        and word.token_type is not TokenType.STRING
        and not (previous and (previous.text == "." or previous.text.upper() == "INTO"))
    }
    names = {each.alias.upper() for each in parsed(statement).find_all(exp.CTE)}
    assert called - names <= FUNCTIONS | TYPES | CLAUSES


@EACH
def test_columns_have_documented_types(statement: str) -> None:
    defined = parsed(statement).find_all(exp.ColumnDef)
    types = {each.kind.sql(dialect="snowflake").split("(")[0] for each in defined if each.kind}
    assert types <= TYPES | {"DECIMAL", "TIMESTAMPNTZ", "DOUBLE"}, "as sqlglot writes NUMBER, TIMESTAMP_NTZ and FLOAT"


def test_the_lists_hold_nothing_that_is_not_used() -> None:
    text = "\n".join(each for _, each in ALL).upper()
    assert {each for each in FUNCTIONS | TYPES if not re.search(rf"\b{each}\b", text)} == set()
    assert {each for each in STATEMENTS if each not in {kind(statement) for _, statement in ALL}} == set()


def test_the_stage_is_made_with_documented_options_and_no_keys() -> None:
    [stage] = [text for _, text in ALL if kind(text) == "CREATE STAGE"]
    options = set(re.findall(r"^ +(\w+) = ", stage, re.MULTILINE))
    assert options == STAGE_OPTIONS
