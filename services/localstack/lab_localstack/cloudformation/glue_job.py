"""AWS::Glue::Job. Ref is the job's name."""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import ApiResource, Change, Properties, default_name, without


class GlueJobProvider(ApiResource):
    TYPE = "AWS::Glue::Job"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/Name"],
    }
    not_found = "EntityNotFoundException"
    create_only = ("Name",)

    def make(self, change: Change, wanted: Properties) -> Properties:
        named = {**wanted, "Name": wanted.get("Name") or default_name(change)}
        change.aws_client_factory.glue.create_job(**named)
        return named

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        glue = change.aws_client_factory.glue
        name = current["Name"]
        glue.update_job(JobName=name, JobUpdate=without(wanted, "Name", "Tags"))
        arn = f"arn:aws:glue:{change.region_name}:{change.account_id}:job/{name}"
        before, after = current.get("Tags") or {}, wanted.get("Tags") or {}
        if gone := sorted(before.keys() - after.keys()):
            glue.untag_resource(ResourceArn=arn, TagsToRemove=gone)
        if after:
            glue.tag_resource(ResourceArn=arn, TagsToAdd=after)
        return {**wanted, "Name": name}

    def remove(self, change: Change, current: Properties) -> None:
        change.aws_client_factory.glue.delete_job(JobName=current["Name"])

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = change.aws_client_factory.glue.get_job(JobName=wanted["Name"])["Job"]
        return {name: found.get(name, value) for name, value in wanted.items()}
