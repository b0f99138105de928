"""Tables of the Data Catalog. UpdateTable's VersionId is the lock that Iceberg commits by."""

import re
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.glue.operations import (
    Answer,
    GlueOperations,
    Request,
    already_exists,
    invalid,
    not_found,
    not_implemented,
    paged,
)
from lab_localstack.glue.store import Database, Table, TableVersion
from lab_localstack.service import AwsError

_FIRST_VERSION = 0


class TableOperations(GlueOperations):
    """Tables and their versions. Names are folded to lower case, as Hive wants."""

    def create_table(self, context: RequestContext, request: Request) -> None:
        _refuse_unsupported(request)
        definition = _definition(request)
        name = definition["Name"].lower()
        now = datetime.now(UTC)
        with self.lock:
            database = self.database(context, request)
            if name in database.tables:
                raise already_exists("Table already exists.")
            database.tables[name] = Table(name, now, [TableVersion(_FIRST_VERSION, definition, now)])

    def update_table(self, context: RequestContext, request: Request) -> None:
        """Replaces the definition; with a VersionId only if that version is still the current one."""
        _refuse_unsupported(request)
        definition = _definition(request)
        with self.lock:
            table = _find(self.database(context, request), definition["Name"])
            current = table.current
            expected = request.get("VersionId")
            if expected is not None and expected != str(current.id):
                raise AwsError(
                    "ConcurrentModificationException",
                    f"Update table failed due to concurrent modifications: version {expected} of {table.name} was "
                    f"meant, {current.id} is current.",
                )
            version = TableVersion(current.id + 1, definition, datetime.now(UTC))
            archived = table.versions[:-1] if request.get("SkipArchive") else table.versions
            table.versions = [*archived, version]

    def get_table(self, context: RequestContext, request: Request) -> Answer:
        database = self.database(context, request)
        table = _find(database, request["Name"])
        return {"Table": _describe(table, table.current, database, context)}

    def get_tables(self, context: RequestContext, request: Request) -> Answer:
        database = self.database(context, request)
        matching = _name_filter(request.get("Expression"))
        tables = [database.tables[name] for name in sorted(database.tables) if matching.fullmatch(name)]
        shown, token = paged(tables, lambda table: table.name, request)
        return {"TableList": [_describe(table, table.current, database, context) for table in shown], **token}

    def delete_table(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            database = self.database(context, request)
            del database.tables[_find(database, request["Name"]).name]

    def batch_delete_table(self, context: RequestContext, request: Request) -> Answer:
        errors = []
        with self.lock:
            database = self.database(context, request)
            for name in request["TablesToDelete"]:
                if database.tables.pop(name.lower(), None) is None:
                    errors.append({"TableName": name, "ErrorDetail": _missing("Table", name)})
        return {"Errors": errors}

    def get_table_version(self, context: RequestContext, request: Request) -> Answer:
        database = self.database(context, request)
        table = _find(database, request["TableName"])
        wanted = request.get("VersionId", str(table.current.id))
        for version in table.versions:
            if str(version.id) == wanted:
                return {"TableVersion": _describe_version(table, version, database, context)}
        raise not_found(f"Version {wanted} of table {table.name} not found.")

    def get_table_versions(self, context: RequestContext, request: Request) -> Answer:
        """The current version and the archived ones, newest first."""
        database = self.database(context, request)
        table = _find(database, request["TableName"])
        shown, token = paged(table.versions[::-1], lambda version: str(version.id), request)
        return {"TableVersions": [_describe_version(table, v, database, context) for v in shown], **token}

    def delete_table_version(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            table = _find(self.database(context, request), request["TableName"])
            if not _delete_archived(table, request["VersionId"]):
                raise not_found(f"No archived version {request['VersionId']} of table {table.name}.")

    def batch_delete_table_version(self, context: RequestContext, request: Request) -> Answer:
        with self.lock:
            table = _find(self.database(context, request), request["TableName"])
            missing = [version for version in request["VersionIds"] if not _delete_archived(table, version)]
        errors = [
            {"TableName": table.name, "VersionId": version, "ErrorDetail": _missing("Archived version", version)}
            for version in missing
        ]
        return {"Errors": errors}


def _find(database: Database, name: str) -> Table:
    table = database.tables.get(name.lower())
    if table is None:
        raise not_found(f"Entity Not Found: table {name} in database {database.name}.")
    return table


def _definition(request: Request) -> dict[str, Any]:
    definition: dict[str, Any] | None = request.get("TableInput")
    if not definition or not definition.get("Name"):
        raise invalid("TableInput with a Name is needed.")
    return definition


def _refuse_unsupported(request: Request) -> None:
    for member in ("OpenTableFormatInput", "UpdateOpenTableFormatInput", "PartitionIndexes", "ViewUpdateAction"):
        if request.get(member):
            raise not_implemented(f"{member} is not implemented by the local Glue: let the engine make the table.")


def _name_filter(expression: str | None) -> re.Pattern[str]:
    try:
        return re.compile(expression or ".*", re.IGNORECASE)
    except re.error as error:
        raise invalid(f"Expression {expression!r} is not a regular expression: {error}.") from error


def _delete_archived(table: Table, version_id: str) -> bool:
    kept = [version for version in table.versions if version is table.current or str(version.id) != version_id]
    deleted = len(kept) < len(table.versions)
    table.versions = kept
    return deleted


def _missing(kind: str, name: str) -> dict[str, str]:
    return {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"{kind} {name} not found."}


def _describe_version(table: Table, version: TableVersion, database: Database, context: RequestContext) -> Answer:
    return {"Table": _describe(table, version, database, context), "VersionId": str(version.id)}


def _describe(table: Table, version: TableVersion, database: Database, context: RequestContext) -> Answer:
    return {
        "Retention": 0,
        **version.definition,
        "Name": table.name,
        "DatabaseName": database.name,
        "CreateTime": table.created,
        "UpdateTime": version.updated,
        "VersionId": str(version.id),
        "CatalogId": context.account_id,
        "CreatedBy": f"arn:aws:iam::{context.account_id}:root",
        "IsRegisteredWithLakeFormation": False,
    }
