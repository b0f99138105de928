"""AWS::MWAA::Environment. Ref is the environment's name; GetAtt knows Arn and WebserverUrl."""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import ApiResource, Change, Properties, without

_READ_ONLY = ("Arn", "WebserverUrl")


class MwaaEnvironmentProvider(ApiResource):
    TYPE = "AWS::MWAA::Environment"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/Name"],
        "readOnlyProperties": [f"/properties/{name}" for name in _READ_ONLY],
    }
    not_found = "ResourceNotFoundException"
    create_only = ("Name", "KmsKey")

    def make(self, change: Change, wanted: Properties) -> Properties:
        change.aws_client_factory.mwaa.create_environment(**wanted)
        return self.find(change, wanted)

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        mwaa, arn = change.aws_client_factory.mwaa, current["Arn"]
        mwaa.update_environment(**_changeable(wanted))
        before, after = current.get("Tags") or {}, wanted.get("Tags") or {}
        if gone := sorted(before.keys() - after.keys()):
            mwaa.untag_resource(ResourceArn=arn, tagKeys=gone)
        if after:
            mwaa.tag_resource(ResourceArn=arn, Tags=after)
        return self.find(change, wanted)

    def remove(self, change: Change, current: Properties) -> None:
        change.aws_client_factory.mwaa.delete_environment(Name=current["Name"])

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = change.aws_client_factory.mwaa.get_environment(Name=wanted["Name"])["Environment"]
        return {**wanted, **{name: found[name] for name in _READ_ONLY}}


def _changeable(wanted: Properties) -> Properties:
    """What UpdateEnvironment takes: no tags, no key, and of the network the security groups alone."""
    changeable = without(wanted, "Tags", "KmsKey", "NetworkConfiguration", *_READ_ONLY)
    groups = wanted["NetworkConfiguration"]["SecurityGroupIds"]
    return {**changeable, "NetworkConfiguration": {"SecurityGroupIds": groups}}
