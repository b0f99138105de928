"""The code that AWS runs, as it lies in the code bucket: `<code version>/jobs/*.py`, `jobs.zip`, `lambda/<name>.zip`.

The version is a hash of the contents, so the same code is uploaded once, and a deployment of unchanged code changes
nothing. Zips hold no date and no owner: the same files give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import boto3

from scripts import libraries

VERSION_LENGTH = 12
OLDEST_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE = 0o100644 << 16

SHARED = {"trigger_pipeline": ("__init__.py", "arrivals.py", "coverage.py")}
"""What a function takes of dags/media_stream: the rule by which arrivals start runs is one rule, wherever it runs."""


@dataclass(frozen=True, slots=True)
class Package:
    """The files of one code version: names below the version's folder, and contents."""

    files: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """Twelve hex digits that stand for these names and contents."""
        digest = hashlib.sha256()
        for name, body in sorted(self.files.items()):
            digest.update(f"{name}\0{len(body)}\0".encode())
            digest.update(body)
        return digest.hexdigest()[:VERSION_LENGTH]

    def key(self, name: str) -> str:
        """Where the file ``name`` lies in the code bucket."""
        return f"{self.version}/{name}"


def package(root: Path) -> Package:
    """Collect the code of the repository at ``root``: the jobs one by one and as a zip, and each function as a zip."""
    jobs = _sources(root / "jobs")
    files = {f"jobs/{name}": body for name, body in jobs.items()}
    files["jobs.zip"] = archive({f"jobs/{name}": body for name, body in jobs.items()})
    for function in sorted(path.parent for path in (root / "lambda").glob("*/handler.py")):
        files[f"lambda/{function.name}.zip"] = archive(function_files(root, function.name))
    return Package(files)


def function_files(root: Path, name: str) -> dict[str, bytes]:
    """What the zip of the function ``name`` holds: its sources, and the libraries of lambda/requirements.txt."""
    sources = function_sources(root, name)
    requirements = root / libraries.REQUIREMENTS
    if not requirements.is_file():
        return sources
    return {**libraries.needed(libraries.install(requirements), sources.values()), **sources}


def function_sources(root: Path, name: str) -> dict[str, bytes]:
    """The files of the function ``name``: its own, and those it shares with the DAGs."""
    shared = {f"media_stream/{file}": root / "dags" / "media_stream" / file for file in SHARED.get(name, ())}
    return _sources(root / "lambda" / name) | {path: file.read_bytes() for path, file in shared.items()}


def archive(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files: the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, body in sorted(files.items()):
            entry = zipfile.ZipInfo(name, OLDEST_ZIP_DATE)
            entry.external_attr = PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, body)
    return buffer.getvalue()


def upload(session: boto3.Session, bucket: str, code: Package) -> list[str]:
    """Put what ``bucket`` does not have yet; the keys that were put."""
    s3 = session.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{code.version}/")
    present = {(found["Key"], found["Size"]) for page in pages for found in page.get("Contents", [])}
    missing = {name for name, body in code.files.items() if (code.key(name), len(body)) not in present}
    for name in sorted(missing):
        s3.put_object(Bucket=bucket, Key=code.key(name), Body=code.files[name])
    return [code.key(name) for name in sorted(missing)]


def _sources(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _python_files(folder)}


def _python_files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "__pycache__" not in path.parts)
