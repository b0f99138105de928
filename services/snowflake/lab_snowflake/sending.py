"""Answers on their way out: the protocol wants an Arrow stream as base64 inside JSON."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from typing import Any

import pyarrow as pa
from starlette.responses import JSONResponse, Response

from lab_snowflake.results import ROWS


def response(answer: dict[str, Any]) -> Response:
    """``answer`` as JSON; where its data has rows as bytes, with them in base64."""
    data = answer["data"] or {}
    rows = data.get(ROWS)
    if not isinstance(rows, pa.Buffer):
        return JSONResponse(answer)
    place = secrets.token_hex()
    before, after = json.dumps({**answer, "data": {**data, ROWS: place}}).encode().split(place.encode())
    return Response(before + b64encode(rows) + after, media_type="application/json")
