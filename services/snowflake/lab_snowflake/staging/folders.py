"""Where the files of internal stages lie: a folder a stage, below the server's state.

``DB/SCHEMA/STAGE`` for a named stage, ``DB/SCHEMA/@TABLE`` for a table's, ``@/~/USER`` for the user's. A name of other
signs than letters, digits, ``_``, ``$``, ``-`` and spaces is written with percent signs, so that no name leads anywhere
else and no two share a folder.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from lab_snowflake.staging.references import Kind, Reference


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of one internal stage.

    Attributes:
        stages: the folder of all stages.
        key: the folder's path below it, always of three parts.
        label: what LIST shows before the path of a file.
    """

    stages: Path
    key: str
    label: str

    @property
    def root(self) -> Path:
        """The folder itself; it is there once it has a file."""
        return self.stages / self.key

    def path_of(self, file: Path) -> str:
        """The path in the stage of ``file``, which lies in the folder."""
        return file.relative_to(self.root).as_posix()

    def files(self, prefix: str) -> list[Path]:
        """The files whose paths in the stage begin with ``prefix``, by path."""
        found = [path for path in self.root.rglob("*") if path.is_file() and self.path_of(path).startswith(prefix)]
        return sorted(found, key=self.path_of)

    def remove(self) -> None:
        """Delete the folder with all its files, if it is there."""
        _delete(self.root)


def of(stages: Path, reference: Reference, user: str) -> Folder:
    """The folder of the internal stage that ``reference`` names; the user's if it is ``user``'s."""
    if reference.kind is Kind.USER:
        return Folder(stages, f"@/~/{_written(user)}", "")
    schema = f"{_written(reference.database)}/{_written(reference.schema)}"
    if reference.kind is Kind.TABLE:
        return Folder(stages, f"{schema}/@{_written(reference.name)}", "")
    return Folder(stages, f"{schema}/{_written(reference.name)}", f"{reference.name.lower()}/")


def within(stages: Path, key: str, path: str) -> Path | None:
    """The place of the file ``path`` of the stage with ``key``; None if it would lie anywhere else."""
    root = (stages / key).resolve()
    file = (root / path).resolve()
    is_stage = root.is_relative_to(stages.resolve()) and len(root.relative_to(stages.resolve()).parts) == 3
    return file if is_stage and file != root and file.is_relative_to(root) else None


def remove_all(stages: Path, database: str, schema: str | None = None) -> None:
    """Delete the files of all stages of a database, or of a schema of it."""
    folder = stages / _written(database)
    _delete(folder if schema is None else folder / _written(schema))


def _written(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_$ -]", lambda sign: "".join(f"%{byte:02X}" for byte in sign[0].encode()), name)


def _delete(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)
