"""The pinned libraries that Lambda functions carry in their zips, as they are for Lambda's own platform.

Source: https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from scripts import environments, paths

PYTHON = "3.13"
PLATFORM = ("--python-platform", "x86_64-manylinux2014", "--python-version", PYTHON, "--only-binary", ":all:")
"""Lambda's python3.13 on x86_64: what infra/template.yaml asks for."""

REQUIREMENTS = Path("lambda", "requirements.txt")
"""In the repository."""

INSTALLERS_NOTES = {"INSTALLER", "RECORD", "REQUESTED", ".lock"}
CLIENT = re.compile(rb'\bclient\("([a-z0-9-]+)"')
DESCRIPTIONS = "botocore/data/"
"""One folder for each service of AWS, 28 of the SDK's 33 MB."""


def install(requirements: Path) -> Path:
    """Return the folder that holds what a requirements.txt locks; it is made once for each content of that file.

    Raises:
        LabError: a package could not be installed; the message carries the installer's own words.
    """
    digest = hashlib.sha256(" ".join(PLATFORM).encode() + requirements.read_bytes()).hexdigest()[:12]
    folder = paths.envs() / f"functions-{digest}"
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="functions-", dir=folder.parent) as draft:
            target = Path(draft) / "packages"
            environments.uv(
                *("pip", "install", "--quiet", "--require-hashes", *PLATFORM),
                *("--target", str(target), "--requirements", str(requirements)),
            )
            try:
                target.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster, with the same packages
                    raise
    return folder


def needed(folder: Path, sources: Iterable[bytes]) -> Mapping[str, bytes]:
    """The files of the libraries in ``folder`` that a function of these sources needs.

    Of the SDK's descriptions of AWS services, those of the clients it makes: 2 MB in a zip in place of 18.
    """
    services = {found.decode() for source in sources for found in CLIENT.findall(source)}
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if _is_needed(name, services)}


def _is_needed(name: str, services: set[str]) -> bool:
    path = PurePosixPath(name)
    if path.parts[0] == "bin" or "__pycache__" in path.parts or path.name in INSTALLERS_NOTES:
        return False
    described = path.relative_to(DESCRIPTIONS).parts if name.startswith(DESCRIPTIONS) else ()
    return len(described) < 2 or described[0] in services


if __name__ == "__main__":  # when an image is built
    install(paths.ROOT / REQUIREMENTS)
