"""The base of a resource type: four verbs over its service's API, and failures that CloudFormation sees as failures."""

from collections.abc import Callable
from typing import Any, TypeAlias

from botocore.exceptions import ClientError, ParamValidationError
from localstack.services.cloudformation.provider_utils import generate_default_name
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

Properties = dict[str, Any]
Event: TypeAlias = ProgressEvent[Properties]
Change: TypeAlias = ResourceRequest[Properties]


class ForgottenResourceError(Exception):
    """The stack has lost what it knew of a resource, as LocalStack's engine does when an update of the stack fails."""


class UnsupportedPropertyError(Exception):
    """The template says what the local AWS would have to leave out."""


class ApiResource(ResourceProvider[Properties]):
    """A resource made and changed by synchronous API calls.

    A subclass has the type's SCHEMA (primaryIdentifier is what Ref gives) and the verbs `make`, `change`, `remove` and
    `find`. `make` and `change` return the properties that Ref and GetAtt read. `not_found` is the service's error code
    for a resource that is not there.

    Replacement is done here, not by createOnlyProperties in the schema: LocalStack's engine drops a resource that it
    replaced from DescribeStackResources, and takes a Ref to any changed resource for a changed value.
    """

    not_found: str
    create_only: tuple[str, ...] = ()

    def make(self, change: Change, wanted: Properties) -> Properties:
        """Create the resource."""
        raise NotImplementedError

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        """Update it in place."""
        raise NotImplementedError

    def replaces(self, wanted: Properties, current: Properties) -> bool:
        """Whether the update needs a new resource: by default when a `create_only` property gets another value."""
        return any(name in wanted and wanted[name] != current.get(name) for name in self.create_only)

    def remove(self, change: Change, current: Properties) -> None:
        """Delete it."""
        raise NotImplementedError

    def find(self, change: Change, wanted: Properties) -> Properties:
        """Its properties as they are; the service's error where it is not there."""
        raise NotImplementedError

    def create(self, request: Change) -> Event:
        return _event(lambda: self.make(request, request.desired_state))

    def update(self, request: Change) -> Event:
        # Caught here: LocalStack takes an update that raises "not found" for one that succeeded.
        return _event(lambda: self._change_or_replace(request, request.desired_state, request.previous_state or {}))

    def read(self, request: Change) -> Event:
        return _event(lambda: self.find(request, request.desired_state))

    def delete(self, request: Change) -> Event:
        return _event(lambda: self._remove_what_is_there(request, request.desired_state))

    def _change_or_replace(self, request: Change, wanted: Properties, current: Properties) -> Properties:
        if not self.replaces(wanted, current):
            return self.change(request, wanted, current)
        made = self.make(request, wanted)
        self._remove_what_is_there(request, current)
        return made

    def _remove_what_is_there(self, request: Change, current: Properties) -> Properties:
        try:
            self.remove(request, current)
        except ClientError as error:
            if error.response["Error"]["Code"] != self.not_found:
                raise
        return {}


def default_name(change: Change) -> str:
    """The name CloudFormation gives a resource that the template leaves without one."""
    name: str = generate_default_name(change.stack_name, change.logical_resource_id)
    return name


def without(properties: Properties, *names: str) -> Properties:
    return {name: value for name, value in properties.items() if name not in names}


def _event(operate: Callable[[], Properties]) -> Event:
    try:
        model = operate()
    except ClientError as error:
        details = error.response["Error"]
        return ProgressEvent(
            OperationStatus.FAILED, resource_model={}, message=details["Message"], error_code=details["Code"]
        )
    except (ParamValidationError, ForgottenResourceError, UnsupportedPropertyError) as error:
        return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=str(error), error_code="InvalidRequest")
    return ProgressEvent(OperationStatus.SUCCESS, resource_model=model)
