"""A save on disk: a folder with one file for each service and a manifest, complete or not there.

It is written under another name and renamed when all of it is on the disk, so that a kill at any moment leaves the one
before. A service that has not changed since then is a hard link to its file of that time.
"""

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lab_localstack.persistence import pickles
from lab_localstack.persistence.place import UnreadableStateError, state_folder

FORMAT = 1
_MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True)
class Generation:
    """A complete save."""

    number: int

    @property
    def folder(self) -> Path:
        return _root() / f"{self.number:08d}"

    def services(self) -> list[str]:
        """The services it holds. Raises UnreadableStateError when another version wrote it."""
        manifest = self._manifest()
        _require_same_versions(manifest["versions"])
        _require_same_classes(manifest["classes"])
        return sorted(manifest["services"])

    def read(self, service: str) -> Any:
        """What was saved for one service. Raises UnreadableStateError."""
        try:
            return pickles.loads((self.folder / _file_name(service)).read_bytes())
        except Exception as error:  # pickle raises whatever the classes it calls raise
            raise UnreadableStateError(f"the part of {service}: {error!r}.") from error

    def classes(self) -> dict[str, dict[str, list[str]]]:
        """This package's classes in it, by service."""
        classes: dict[str, dict[str, list[str]]] = self._manifest()["classes"]
        return classes

    def _manifest(self) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads((self.folder / _MANIFEST).read_text())
        except (OSError, ValueError) as error:
            raise UnreadableStateError(f"{_MANIFEST} of generation {self.number}: {error}.") from error
        if manifest.get("format") != FORMAT:
            raise UnreadableStateError(f"it has format {manifest.get('format')}, this version reads {FORMAT}.")
        return manifest


def newest() -> Generation | None:
    """The last complete save, if there is one."""
    return max(_complete(), key=lambda generation: generation.number, default=None)


def write(number: int, changed: Mapping[str, Callable[[], Any]], before: Generation | None) -> None:
    """Write a generation but do not complete it: `changed` gives the state of what changed, the rest is as `before`."""
    folder = _unfinished(number)
    folder.mkdir(parents=True)
    classes = dict(before.classes()) if before else {}
    for service, state in changed.items():
        data, classes[service] = pickles.dumps(state())
        _write(folder / _file_name(service), data)
    kept = [] if before is None else [name for name in classes if name not in changed]
    for service in kept:
        (folder / _file_name(service)).hardlink_to(before.folder / _file_name(service))  # type: ignore[union-attr]
    manifest = {"format": FORMAT, "versions": _versions(), "services": sorted(classes), "classes": classes}
    _write(folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
    _sync(folder)


def complete(number: int) -> Generation:
    """Make what `write` wrote the newest generation, and remove the ones before."""
    generation = Generation(number)
    _unfinished(number).rename(generation.folder)
    _sync(_root())
    for old in _complete():
        if old.number < number:
            shutil.rmtree(old.folder)
    return generation


def remove_unfinished() -> None:
    """Remove what a kill in the middle of a save left."""
    for folder in _root().glob(f"*{_UNFINISHED}"):
        shutil.rmtree(folder)


def _complete() -> Iterable[Generation]:
    return [Generation(int(folder.name)) for folder in _root().glob("*") if folder.name.isdecimal()]


def _root() -> Path:
    return state_folder() / "generations"


def _unfinished(number: int) -> Path:
    return _root() / f"{number:08d}{_UNFINISHED}"


def _file_name(service: str) -> str:
    return f"{service}.pickle"


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _versions() -> dict[str, str]:
    """What a pickle depends on beside our own classes."""
    packages = {name: version(name) for name in ("localstack-core", "moto-ext")}
    return {"python": ".".join(platform.python_version_tuple()[:2]), **packages}


def _require_same_versions(written: dict[str, str]) -> None:
    here = _versions()
    if written != here:
        raise UnreadableStateError(f"it was written by {_listed(written)}; here is {_listed(here)}.")


def _require_same_classes(written: dict[str, dict[str, list[str]]]) -> None:
    for classes in written.values():
        for name, fields in classes.items():
            cls = pickles.find_class(name)
            if cls is None or pickles.field_names(cls) != fields:
                raise UnreadableStateError(f"another version of the lab wrote it, in which {name} is different.")


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
