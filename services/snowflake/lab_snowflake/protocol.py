"""Requests and answers in the words of Snowflake's protocol."""

from __future__ import annotations

import gzip
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
from fakesnow import statement_type
from fakesnow.converter import from_binding
from fakesnow.rowtype import ColumnInfo
from fakesnow.statement_type import DML_TYPE_IDS
from snowflake.connector.errors import Error
from sqlglot import exp
from starlette.requests import Request

from lab_snowflake import results
from lab_snowflake.session import Answer, Bindings, Session
from lab_snowflake.staging import transfers
from lab_snowflake.staging.permits import Permits

IN_PROGRESS = "333334"
"""The code of a query that runs by itself."""

SEVERAL = 0xA000
"""The type of a text of several statements."""


def zone(session: Session) -> list[dict[str, str]]:
    """The session's time zone, in which clients show instants."""
    return [{"name": "TIMEZONE", "value": session.parameters.timezone}]


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON, unpacked."""
    content = await request.body()
    if request.headers.get("Content-Encoding") == "gzip":
        content = gzip.decompress(content)
    parsed: dict[str, Any] = json.loads(content) if content else {}
    return parsed


def bindings(sent: dict[str, Any]) -> tuple[Bindings, list[tuple[Any, ...]] | None]:
    """Bound values: one set of them, or, for a batch, a list of rows."""
    if not sent:
        return None, None
    if not all(position.isdigit() for position in sent):
        return {name: _value(binding) for name, binding in sent.items()}, None
    ordered = [sent[str(position)] for position in range(1, len(sent) + 1)]
    if any(isinstance(binding["value"], list) for binding in ordered):
        columns = [[_value({**binding, "value": value}) for value in binding["value"]] for binding in ordered]
        return None, list(zip(*columns, strict=True))
    return tuple(_value(binding) for binding in ordered), None


Cut = Callable[[pa.Table, list[ColumnInfo]], dict[str, Any]]
"""Makes the part of an answer that carries rows."""


def result(session: Session, answer: Answer, cut: Cut, *, batch: bool) -> dict[str, Any]:
    """A statement's result: row counts as text, as clients read them; rows as Arrow."""
    return {
        "parameters": zone(session),
        "rowtype": answer.columns,
        "total": 1 if batch else answer.table.num_rows,
        "returned": 1 if batch else answer.table.num_rows,
        "queryId": answer.query_id,
        "statementTypeId": answer.statement_type,
        **_place(session),
        **_rows(answer, cut, batch=batch),
    }


def several(session: Session, answers: list[Answer]) -> dict[str, Any]:
    """Several statements' result: the ids by which clients fetch each one's own."""
    return {
        "parameters": zone(session),
        "rowtype": [results.column_info("multiple statement execution", "VARCHAR")],
        "rowset": [["Multiple statements executed successfully."]],
        "queryResultFormat": "json",
        "total": 1,
        "returned": 1,
        "queryId": str(uuid.uuid4()),
        "statementTypeId": SEVERAL,
        "resultIds": ",".join(answer.query_id for answer in answers),
        "resultTypes": ",".join(str(answer.statement_type) for answer in answers),
        **_place(session),
    }


def description(session: Session, answer: Answer) -> dict[str, Any]:
    """What a statement would return: columns without rows."""
    text = (
        {"queryResultFormat": "arrow", results.ROWS: ""}
        if answer.statement_type == statement_type.SELECT
        else {"queryResultFormat": "json", "rowset": []}
    )
    return {
        "rowtype": answer.columns,
        "total": 0,
        "returned": 0,
        "queryId": answer.query_id,
        "statementTypeId": answer.statement_type,
        "numberOfBinds": len(list(answer.expression.find_all(exp.Placeholder))) if answer.expression else 0,
        "arrayBindSupported": answer.statement_type == statement_type.INSERT,
        **_place(session),
        **text,
    }


def transfer(answer: Answer, request: Request, permits: Permits, *, bound: bool) -> dict[str, Any] | None:
    """Which files a client must send or fetch for a PUT or GET; None for any other statement."""
    if answer.transfer is None:
        return None
    return {"queryId": answer.query_id, **transfers.data(answer.transfer, request, permits, bound=bound)}


def failure(error: Error) -> dict[str, Any]:
    """An error as an answer."""
    code = f"{error.errno or 0:06d}"
    message = error.raw_msg or str(error)
    return {
        "data": {"errorCode": code, "sqlState": error.sqlstate, "queryId": error.sfqid or str(uuid.uuid4())},
        "code": code,
        "message": message,
        "success": False,
    }


def detached(query_id: str) -> dict[str, Any]:
    """A query that runs by itself: its id, and where clients may ask for the result."""
    return {"queryId": query_id, "getResultUrl": f"/queries/{query_id}/result"}


def success(data: dict[str, Any] | None) -> dict[str, Any]:
    """An answer that carries ``data``."""
    code = IN_PROGRESS if data and "getResultUrl" in data else None
    return {"data": data, "code": code, "message": None, "success": True}


def _value(binding: dict[str, Any]) -> Any:
    value = binding["value"]
    if value is not None and binding["type"] == "FIXED" and not value.lstrip("+-").isdecimal():
        return Decimal(value)  # the stock server knows whole numbers alone
    return None if value is None else from_binding(binding)


def _rows(answer: Answer, cut: Cut, *, batch: bool) -> dict[str, Any]:
    if batch:
        return {"queryResultFormat": "json", "rowset": [[str(answer.rows_affected)]]}
    if answer.statement_type in DML_TYPE_IDS:
        return {"queryResultFormat": "json", "rowset": results.to_rows(answer.table)}
    return {"queryResultFormat": "arrow", **cut(answer.table, answer.columns)}


def _place(session: Session) -> dict[str, str | None]:
    return {
        "finalDatabaseName": session.connection.database,
        "finalSchemaName": session.connection.schema,
        "finalRoleName": session.connection.current.role,
        "finalWarehouseName": session.connection.current.warehouse,
    }
