"""What a reference to a stage stands for: a folder of the server's, or an address in S3."""

from __future__ import annotations

from dataclasses import dataclass, replace

from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from lab_snowflake import errors
from lab_snowflake.place import Place
from lab_snowflake.staging import access, folders
from lab_snowflake.staging.access import STAGES
from lab_snowflake.staging.folders import Folder
from lab_snowflake.staging.keys import OWN, Keys
from lab_snowflake.staging.references import Kind, Reference, parsed


@dataclass(frozen=True, slots=True)
class InS3:
    """Files whose address begins with ``url``, and the keys by which they are reached."""

    url: str
    keys: Keys = OWN

    @property
    def address(self) -> str:
        """Of the one file that is meant, if one is."""
        return self.url

    def joined(self, name: str) -> InS3:
        """The location of the file ``name`` of this one."""
        return replace(self, url=f"{self.url.rstrip('/')}/{name}")

    def whole(self) -> InS3:
        """This location as a folder: nothing whose name only begins with its own."""
        return replace(self, url=f"{self.url.rstrip('/')}/")


@dataclass(frozen=True, slots=True)
class InFolder:
    """Files of an internal stage whose path begins with ``prefix``."""

    folder: Folder
    prefix: str

    @property
    def address(self) -> str:
        """Of the one file that is meant, if one is."""
        return str(self.folder.root / self.prefix)

    def joined(self, name: str) -> InFolder:
        """The location of the file ``name`` of this one."""
        return replace(self, prefix=f"{self.prefix.rstrip('/')}/{name}".lstrip("/"))

    def whole(self) -> InFolder:
        """This location as a folder: nothing whose name only begins with its own."""
        return replace(self, prefix=f"{self.prefix.rstrip('/')}/".lstrip("/"))


Location = InS3 | InFolder


def of(text: str, place: Place, target: tuple[str, str, str] | None = None) -> Location:
    """The location that ``text`` (``@name/path``, or an address in S3) stands for.

    Args:
        target: the table that a COPY loads: of tables' stages its own alone may be read.

    Raises:
        ProgrammingError: 002003, there is no such stage; 001011, it is no stage and no address in S3; 001023, another
            table's stage.
    """
    if text.startswith("s3://"):
        return InS3(text)
    if not text.startswith("@"):
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid URL prefix found in: '{text}'", errno=1011, sqlstate="42601"
        )
    reference = parsed(text, place.database, place.schema)
    url = _url(reference, place)
    if target and reference.kind is Kind.TABLE and (reference.database, reference.schema, reference.name) != target:
        raise ProgrammingError(
            msg=f"SQL compilation error:\nAccess to the stage area of a table ({reference.name}) with the schema of "
            f"another table ({target[2]}) is not allowed.",
            errno=1023,
            sqlstate="42601",
        )
    if url:
        stage = InS3(url, access.keys(place.duck, reference.database, reference.schema, reference.name))
        return stage.joined(reference.path) if reference.path else stage
    return InFolder(folders.of(place.stages, reference, place.user), reference.path)


def missing(database: str, schema: str, name: str) -> ProgrammingError:
    """The answer to a stage that is not there."""
    shown = exp.to_identifier(name).sql(dialect="snowflake")
    return errors.missing(f"Stage '{database}.{schema}.{shown}'")


def _url(reference: Reference, place: Place) -> str | None:
    """The address of an external stage; None for an internal one, which must be there."""
    if reference.kind is Kind.USER:
        return None
    names = [reference.database, reference.schema, reference.name]
    if reference.kind is Kind.TABLE:
        found = place.duck.execute(
            "SELECT NULL FROM information_schema.tables WHERE (table_type = 'BASE TABLE' AND table_catalog = ? "
            "AND table_schema = ? AND table_name = ?) OR (table_type = 'LOCAL TEMPORARY' AND table_name = ?)",
            [*names, reference.name],
        ).fetchone()
    else:
        found = place.duck.execute(
            f"SELECT url FROM {STAGES} "  # noqa: S608
            "WHERE database_name = ? AND schema_name = ? AND name = ?",
            names,
        ).fetchone()
    if found is None:
        sign = "%" if reference.kind is Kind.TABLE else ""
        raise missing(reference.database, reference.schema, sign + reference.name)
    return found[0] or None
