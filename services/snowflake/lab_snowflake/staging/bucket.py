"""The staged files over HTTP, as clients send and fetch them: ``/stages/<key of the stage>/<path>``.

A file is there whole or not at all: it is written beside the stages and put in its place when all of it has come.
"""

from __future__ import annotations

import errno
import logging
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from lab_snowflake.staging import folders
from lab_snowflake.staging.permits import Action, Permits

logger = logging.getLogger("lab_snowflake")

KEY_PARTS = 3


class Bucket:
    """Answers to HEAD, GET and PUT of a file."""

    def __init__(self, stages: Path, scratch: Path, permits: Permits) -> None:
        self._stages = stages
        self._scratch = scratch
        self._permits = permits

    async def answer(self, request: Request) -> Response:
        """Do what the request asks for if its permit allows it."""
        parts = str(request.path_params["path"]).split("/")
        key, path = "/".join(parts[:KEY_PARTS]), "/".join(parts[KEY_PARTS:])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        allowed = self._permits.granted(token or request.query_params.get("permit", ""), key)
        file = folders.within(self._stages, key, path)
        if allowed is None or file is None or (request.method == "PUT" and allowed is Action.READ):
            return Response(status_code=401 if token else 403)  # by 401 a client asks for a new token
        if request.method == "PUT":
            return await self._written(request, file, allowed)
        if not await anyio.to_thread.run_sync(file.is_file):
            return Response(status_code=404)
        return FileResponse(file, media_type="application/octet-stream")

    async def _written(self, request: Request, file: Path, allowed: Action) -> Response:
        self._scratch.mkdir(parents=True, exist_ok=True)
        try:
            with TemporaryDirectory(dir=self._scratch) as folder:
                whole = Path(folder) / "whole"
                async with await anyio.open_file(whole, "wb") as content:
                    async for chunk in request.stream():
                        await content.write(chunk)
                await anyio.to_thread.run_sync(_put_in_place, whole, file, allowed)
        except FileExistsError:
            return Response(status_code=412)
        except OSError as error:
            logger.warning("%s could not be written: %s", file, error)
            return Response(error.strerror, 507 if error.errno == errno.ENOSPC else 409)
        return Response()


def _put_in_place(whole: Path, file: Path, allowed: Action) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    if allowed is Action.WRITE:
        whole.replace(file)
    else:
        os.link(whole, file)  # fails when there is one, even one that came just now
