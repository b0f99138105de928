"""What a client is told that must send or fetch files itself: where to, and by which permit.

Every client can be given Google's signed addresses of single files, the one kind of storage that has plain addresses;
they go to this server. The Python connector cannot see by them whether a file is there already, so that it gets a token
for the stage instead and asks, as long as the server speaks TLS, without which it does not use tokens.

Source: the connector's file_transfer_agent.py and gcs_storage_client.py
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from lab_snowflake.staging.commands import Get, Put
from lab_snowflake.staging.files import StagedFile
from lab_snowflake.staging.folders import Folder
from lab_snowflake.staging.permits import Action, Permits

BUCKET = "stages"
"""The first part of the address of every staged file."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that the client sends to the path ``path`` of a stage."""

    command: Put
    folder: Folder
    path: str


@dataclass(frozen=True, slots=True)
class Download:
    """Files that the client fetches."""

    command: Get
    folder: Folder
    files: list[StagedFile]


Transfer = Upload | Download


def data(transfer: Transfer, request: Request, permits: Permits, *, bound: bool) -> dict[str, Any]:
    """The answer to the PUT or GET; ``bound`` when the stage was a bound value."""
    if isinstance(transfer, Upload):
        put = transfer.command
        return {
            "command": "UPLOAD",
            "src_locations": [put.local],
            "parallel": put.parallel,
            "autoCompress": put.auto_compress,
            "sourceCompression": put.source_compression.lower(),
            "overwrite": put.overwrite,
            "stageInfo": _target(transfer, request, permits, bound=bound),
        }
    permit = permits.sign(Action.READ, transfer.folder.key)
    paths = [file.name.removeprefix(transfer.folder.label) for file in transfer.files]
    return {
        "command": "DOWNLOAD",
        "src_locations": paths,
        "presignedUrls": [_address(request, transfer.folder, path, permit) for path in paths],
        "localLocation": transfer.command.local,
        "parallel": transfer.command.parallel,
        "stageInfo": _storage(request, transfer.folder, ""),
    }


def _target(upload: Upload, request: Request, permits: Permits, *, bound: bool) -> dict[str, Any]:
    permit = permits.sign(Action.WRITE if upload.command.overwrite else Action.ADD, upload.folder.key)
    storage = _storage(request, upload.folder, upload.path)
    is_python = request.headers.get("User-Agent", "").startswith("PythonConnector")
    if is_python and request.url.scheme == "https":
        return {**storage, "creds": {"GCS_ACCESS_TOKEN": permit}}
    if is_python and bound:  # it would ask for each file's address by the statement without its bound value
        return {**storage, "locationType": "LOCAL_FS", "location": str(upload.folder.root / upload.path)}
    file = f"{upload.path.rstrip('/')}/{PurePosixPath(upload.command.local).name}".lstrip("/")
    return {**storage, "presignedUrl": _address(request, upload.folder, file, permit)}


def _storage(request: Request, folder: Folder, path: str) -> dict[str, Any]:
    location = f"{BUCKET}/{folder.key}/{path}".rstrip("/") + "/"
    return {"locationType": "GCS", "location": location, "endPoint": request.url.netloc, "creds": {}}


def _address(request: Request, folder: Folder, path: str, permit: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/{BUCKET}/{quote(f'{folder.key}/{path}')}?permit={permit}"
