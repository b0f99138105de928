"""VALIDATE: all rows at fault in the files of a past COPY, which are read again for it.

Source: https://docs.snowflake.com/en/sql-reference/functions/validate
"""

from __future__ import annotations

import sqlglot
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import copy_into, errors
from lab_snowflake.copying.past import Copies, Copy
from lab_snowflake.identifiers import stored
from lab_snowflake.load_history import Table
from lab_snowflake.place import Place

LAST = "_LAST"


def answered(expression: Expr, copies: Copies, session_id: int, place: Place) -> Expr:
    """``expression`` with the rows at fault in the place of its VALIDATE. Changes ``expression``.

    Raises:
        ProgrammingError: 000709, there was no such COPY into the table.
    """
    for table in list(expression.find_all(exp.TableFromRows)):
        call = table.this
        if not (isinstance(call, exp.Anonymous) and call.name.upper() == "VALIDATE"):
            continue
        target, job_id = _arguments(call, place)
        copy = copies.last(session_id) if job_id.upper() == LAST else copies.find(job_id)
        if copy is None or copy.load.target.table != target:
            raise _unknown(job_id, target)
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier("VALIDATE"))
        table.replace(exp.Subquery(this=sqlglot.parse_one(_faults(copy, place), read="duckdb"), alias=alias))
    return expression


def _arguments(call: exp.Anonymous, place: Place) -> tuple[Table, str]:
    target, *options = call.expressions
    given = {option.this.name.upper(): option.expression for option in options if isinstance(option, exp.Kwarg)}
    job_id = given.pop("JOB_ID", None)
    if not (isinstance(target, exp.Column) and isinstance(job_id, exp.Literal) and not given):
        raise errors.unsupported(f"{call.sql(dialect='snowflake')}; VALIDATE(T, JOB_ID => '_last') or an id is valid")
    return Table.of([stored(part) for part in target.parts], place.database, place.schema), job_id.name


def _faults(copy: Copy, place: Place) -> str:
    if copy.load.expressions is not None:
        raise errors.unsupported("VALIDATE of a COPY with a transformation, on Snowflake too")
    return copy_into.faults_sql(copy.load, copy.files, place)


def _unknown(job_id: str, table: Table) -> ProgrammingError:
    return ProgrammingError(
        msg=f"Statement {job_id} not found: no COPY of this id into {table.database}.{table.schema}.{table.name} is "
        "known, or it ran before the local warehouse was started.",
        errno=709,
        sqlstate="02000",
    )
