"""Resources that a condition leaves out, in an update of the stack.

LocalStack works out what every property was before the update, of left-out resources too, and refuses the template when
one of them names an attribute of another ("Unresolved resource dependencies"). And a resource that a condition leaves
out from now on it forgets, where AWS deletes it.
"""

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model import (
    NodeResource,
    NodeResources,
    Nothing,
    is_nothing,
)
from localstack.services.cloudformation.engine.v2.change_set_model_executor import ChangeSetModelExecutor
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import ChangeSetModelPreproc
from localstack.services.cloudformation.engine.validations import ValidationError

_visit = ChangeSetModelPreproc.visit_node_resource
_resolve = ChangeSetModelPreproc._resolve_attribute

_LEAVING = "_lab_leaving"


def mend() -> None:
    """Have stacks updated as AWS updates them."""
    ChangeSetModelPreproc._resolve_attribute = _resolve_attribute
    ChangeSetModelPreproc.visit_node_resource = _visit_node_resource
    ChangeSetModelExecutor.visit_node_resources = _visit_node_resources


def _resolve_attribute(self: ChangeSetModelPreproc, arguments: str | list[str], select_before: bool) -> Any:
    """Fn::GetAtt's value; nothing for an attribute of what was left out, or as a property of what is to go."""
    try:
        return _resolve(self, arguments, select_before)
    except ValidationError:
        if select_before or getattr(self, _LEAVING, False):
            return Nothing
        raise


def _visit_node_resource(self: ChangeSetModelPreproc, node_resource: NodeResource) -> Any:
    """Remember while at a resource whether it is to go."""
    outer = getattr(self, _LEAVING, False)
    setattr(self, _LEAVING, _wanted(self, node_resource)[1] is False)
    try:
        return _visit(self, node_resource)
    finally:
        setattr(self, _LEAVING, outer)


def _visit_node_resources(self: ChangeSetModelExecutor, node_resources: NodeResources) -> None:
    """Skip what is left out now and was before; what was there is deleted."""
    for each in node_resources.resources:
        before, after = _wanted(self, each)
        if after is not False or before is True:
            self.visit(each)


def _wanted(self: ChangeSetModelPreproc, node_resource: NodeResource) -> tuple[Any, Any]:
    """What the resource's condition said before the update, and what it says now; nothing where it has none."""
    if is_nothing(node_resource.condition_reference):
        return Nothing, Nothing
    delta = self._resolve_resource_condition_reference(node_resource.condition_reference)
    return delta.before, delta.after
