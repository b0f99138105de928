"""AWS::EMRServerless::Application. Ref is the application's id; GetAtt knows ApplicationId and Arn."""

from typing import Any, ClassVar

from localstack.services.cloudformation.provider_utils import keys_pascalcase_to_lower_camelcase

from lab_localstack.cloudformation.resource import ApiResource, Change, ForgottenResourceError, Properties, without

# Maps and lists of key and value keep their keys' case.
_VERBATIM = {"Properties", "WorkerTypeSpecifications", "LogTypes"}
_READ_ONLY = ("ApplicationId", "Arn")


class EmrServerlessApplicationProvider(ApiResource):
    TYPE = "AWS::EMRServerless::Application"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/ApplicationId"],
        "readOnlyProperties": [f"/properties/{name}" for name in _READ_ONLY],
    }
    not_found = "ResourceNotFoundException"
    create_only = ("Name", "Type")

    def make(self, change: Change, wanted: Properties) -> Properties:
        made = _emr(change).create_application(
            **_parameters(wanted), tags=_tags(wanted), clientToken=change.request_token
        )
        return {**wanted, "ApplicationId": made["applicationId"], "Arn": made["arn"]}

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        emr, identity = _emr(change), _identity(current)
        parameters = _parameters(wanted)
        if parameters != _parameters(current):
            changeable = without(parameters, "name", "type")
            emr.update_application(
                applicationId=identity["ApplicationId"], clientToken=change.request_token, **changeable
            )
        before, after = _tags(current), _tags(wanted)
        if gone := sorted(before.keys() - after.keys()):
            emr.untag_resource(resourceArn=identity["Arn"], tagKeys=gone)
        if after:
            emr.tag_resource(resourceArn=identity["Arn"], tags=after)
        return {**wanted, **identity}

    def remove(self, change: Change, current: Properties) -> None:
        emr, identifier = _emr(change), _identity(current)["ApplicationId"]
        if emr.get_application(applicationId=identifier)["application"]["state"] == "TERMINATED":
            return
        emr.stop_application(applicationId=identifier)
        emr.delete_application(applicationId=identifier)

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = _emr(change).get_application(applicationId=wanted["ApplicationId"])["application"]
        return {**wanted, "ReleaseLabel": found["releaseLabel"], "Arn": found["arn"]}


def _identity(current: Properties) -> dict[str, str]:
    if "ApplicationId" not in current:
        raise ForgottenResourceError(
            f"The stack no longer knows the id of application {current.get('Name')}, since an update of it failed. "
            "Delete the application by its id, which `aws emr-serverless list-applications` shows."
        )
    return {name: current[name] for name in _READ_ONLY}


def _emr(change: Change) -> Any:
    return change.aws_client_factory.emr_serverless


def _parameters(properties: Properties) -> dict[str, Any]:
    """The API's parameters: its names begin with a small letter, and its map of capacity is a list here."""
    converted: dict[str, Any] = keys_pascalcase_to_lower_camelcase(
        without(properties, "Tags", "InitialCapacity", *_READ_ONLY), _VERBATIM
    )
    if capacity := properties.get("InitialCapacity"):
        converted["initialCapacity"] = {
            entry["Key"]: keys_pascalcase_to_lower_camelcase(entry["Value"]) for entry in capacity
        }
    return converted


def _tags(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
