"""INFER_SCHEMA: the columns of the Parquet files of a stage, as write_pandas asks for them to make a table."""

from __future__ import annotations

import re

from fakesnow.params import MutableParams
from sqlglot import Expr, exp

from lab_snowflake import errors
from lab_snowflake.copying.formats import Parquet
from lab_snowflake.place import Place
from lab_snowflake.staging import files, locations

_TYPES: tuple[tuple[str, str], ...] = (
    (r"DECIMAL\((\d+),(\d+)\)", r"NUMBER(\1, \2)"),
    (r"U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER", "NUMBER(38, 0)"),
    (r"FLOAT|DOUBLE", "REAL"),
    (r"VARCHAR", "TEXT"),
    (r"BLOB", "BINARY"),
    (r"BOOLEAN|DATE|TIME", r"\g<0>"),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ_NS", "TIMESTAMP_TZ"),
    (r"TIMESTAMP(?:_S|_MS|_NS)?", "TIMESTAMP_NTZ"),
)


def answered(expression: Expr, bound: MutableParams | None, place: Place) -> Expr:
    """``expression`` with its INFER_SCHEMA as the rows that it gives; bound values of it are taken out of ``bound``."""
    for table in list(expression.find_all(exp.TableFromRows)):
        call = table.this
        if isinstance(call, exp.Anonymous) and call.name.upper() == "INFER_SCHEMA":
            given = _given(expression, call, bound)
            table.replace(_rows(_columns(given.get("LOCATION", ""), place)))
    return expression


def _given(expression: Expr, call: exp.Anonymous, bound: MutableParams | None) -> dict[str, str]:
    places = list(expression.find_all(exp.Placeholder, bfs=False))
    values = list(bound) if isinstance(bound, list) else []
    given: dict[str, str] = {}
    for kwarg in call.expressions:
        value = kwarg.expression
        if isinstance(value, exp.Placeholder) and len(values) == len(places):
            number = next(number for number, found in enumerate(places) if found is value)
            given[kwarg.this.name.upper()] = str(values[number])
        else:
            given[kwarg.this.name.upper()] = value.name
    if isinstance(bound, list):
        ours = {id(found) for found in call.find_all(exp.Placeholder)}
        bound[:] = [value for found, value in zip(places, values, strict=True) if id(found) not in ours]
    return given


def _columns(location: str, place: Place) -> list[tuple[str, str]]:
    if not location.startswith("@"):
        raise errors.unsupported(f"INFER_SCHEMA of {location or 'no LOCATION'}; a stage (@NAME/path/) is valid")
    found = locations.of(location, place)
    columns: dict[str, str] = {}
    with files.fetched(files.listed(found if "/" in location else found.whole()), place.scratch) as paths:
        for path in paths:
            for name, kind in Parquet(binary_as_text=False).columns(path, place.duck).items():
                columns.setdefault(name, _type(kind))
    return list(columns.items())


def _type(duck_type: str) -> str:
    for pattern, snowflake_type in _TYPES:
        if found := re.fullmatch(pattern, duck_type):
            return found.expand(snowflake_type)
    return "VARIANT"


def _rows(columns: list[tuple[str, str]]) -> Expr:
    names = ("COLUMN_NAME", "TYPE", "NULLABLE", "EXPRESSION", "ORDER_ID")
    rows = [(name, kind, True, f"$1:{name}::{kind}", number) for number, (name, kind) in enumerate(columns)]
    if rows:
        return exp.values(rows, alias="inferred", columns=names)
    nothing = exp.select(*(exp.alias_(exp.Null(), name) for name in names)).where(exp.false())
    return nothing.subquery("inferred")
