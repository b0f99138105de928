"""AWS::Glue::Database. Ref is the database's name."""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import ApiResource, Change, ForgottenResourceError, Properties, default_name


class GlueDatabaseProvider(ApiResource):
    TYPE = "AWS::Glue::Database"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/DatabaseName"],
    }
    not_found = "EntityNotFoundException"

    def make(self, change: Change, wanted: Properties) -> Properties:
        named = _named(wanted, change)
        change.aws_client_factory.glue.create_database(DatabaseInput=named["DatabaseInput"])
        return named

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        named = _named({**wanted, "DatabaseName": _current_name(current)}, change)
        change.aws_client_factory.glue.update_database(Name=named["DatabaseName"], DatabaseInput=named["DatabaseInput"])
        return named

    def replaces(self, wanted: Properties, current: Properties) -> bool:
        name = _given_name(wanted)
        return name is not None and name.lower() != _current_name(current)

    def remove(self, change: Change, current: Properties) -> None:
        change.aws_client_factory.glue.delete_database(Name=_current_name(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = change.aws_client_factory.glue.get_database(Name=wanted["DatabaseName"])["Database"]
        return {**wanted, "DatabaseInput": {name: found[name] for name in wanted["DatabaseInput"] if name in found}}


def _named(wanted: Properties, change: Change) -> Properties:
    """The properties with the name in both its places; as Hive has it, in lower case."""
    name = (_given_name(wanted) or default_name(change)).lower()
    return {**wanted, "DatabaseName": name, "DatabaseInput": {**wanted["DatabaseInput"], "Name": name}}


def _given_name(wanted: Properties) -> str | None:
    name: str | None = wanted["DatabaseInput"].get("Name") or wanted.get("DatabaseName")
    return name


def _current_name(current: Properties) -> str:
    name = current.get("DatabaseName") or _given_name(current)
    if name is None:
        raise ForgottenResourceError("The stack no longer knows its database's name, since an update of it failed.")
    return name.lower()
