"""AWS::Glue::Table. Ref is the table's name."""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import ApiResource, Change, Properties, default_name

_PLACE = ("CatalogId", "DatabaseName")


class GlueTableProvider(ApiResource):
    TYPE = "AWS::Glue::Table"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/TableInput/Name"],
    }
    not_found = "EntityNotFoundException"
    create_only = _PLACE

    def make(self, change: Change, wanted: Properties) -> Properties:
        name = wanted["TableInput"].get("Name") or default_name(change)
        named = {**wanted, "TableInput": {**wanted["TableInput"], "Name": name.lower()}}
        change.aws_client_factory.glue.create_table(**named)
        return named

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        named = {**wanted, "TableInput": {**wanted["TableInput"], "Name": current["TableInput"]["Name"]}}
        change.aws_client_factory.glue.update_table(**named)
        return named

    def replaces(self, wanted: Properties, current: Properties) -> bool:
        name = wanted["TableInput"].get("Name")
        renamed = name is not None and name.lower() != current["TableInput"]["Name"]
        return renamed or super().replaces(wanted, current)

    def remove(self, change: Change, current: Properties) -> None:
        change.aws_client_factory.glue.delete_table(**_address(current))

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = change.aws_client_factory.glue.get_table(**_address(wanted))["Table"]
        return {**wanted, "TableInput": {name: found[name] for name in wanted["TableInput"] if name in found}}


def _address(properties: Properties) -> Properties:
    place = {name: properties[name] for name in _PLACE if name in properties}
    return {**place, "Name": properties["TableInput"]["Name"]}
