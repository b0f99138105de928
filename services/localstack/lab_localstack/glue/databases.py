"""Databases of the Data Catalog."""

from datetime import UTC, datetime

from localstack.aws.api import RequestContext

from lab_localstack.glue.operations import Answer, GlueOperations, Request, already_exists, arn, invalid, paged
from lab_localstack.glue.store import Database


class DatabaseOperations(GlueOperations):
    """CreateDatabase, GetDatabase(s), UpdateDatabase, DeleteDatabase. Names are folded to lower case, as Hive wants."""

    def create_database(self, context: RequestContext, request: Request) -> None:
        definition = request["DatabaseInput"]
        name = definition["Name"].lower()
        if not name.strip():
            raise invalid("A database's name has at least one character that is not a space.")
        with self.lock:
            store = self.store(context)
            if name in store.databases:
                raise already_exists("Database already exists.")
            store.databases[name] = Database(name, definition, created=datetime.now(UTC))
            if request.get("Tags"):
                store.tags[arn(context, f"database/{name}")] = dict(request["Tags"])

    def get_database(self, context: RequestContext, request: Request) -> Answer:
        return {"Database": _describe(self.database(context, request, "Name"), context)}

    def get_databases(self, context: RequestContext, request: Request) -> Answer:
        databases = sorted(self.store(context).databases.values(), key=lambda database: database.name)
        shown, token = paged(databases, lambda database: database.name, request)
        return {"DatabaseList": [_describe(database, context) for database in shown], **token}

    def update_database(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            database = self.database(context, request, "Name")
            if request["DatabaseInput"]["Name"].lower() != database.name:
                raise invalid(f"A database cannot be renamed: {database.name}.")
            database.definition = request["DatabaseInput"]

    def delete_database(self, context: RequestContext, request: Request) -> None:
        """Deletes the database with the tables in it, as Glue does."""
        with self.lock:
            database = self.database(context, request, "Name")
            store = self.store(context)
            del store.databases[database.name]
            store.tags.pop(arn(context, f"database/{database.name}"), None)


def _describe(database: Database, context: RequestContext) -> Answer:
    return {
        **database.definition,
        "Name": database.name,
        "CreateTime": database.created,
        "CatalogId": context.account_id,
    }
