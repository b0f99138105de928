"""The CloudFormation template as data: which of its resources a deployment makes, under its parameters and conditions.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import yaml  # type: ignore[import-untyped]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads the short forms of functions (``!Ref x``) as their long ones (``{"Ref": "x"}``)."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    return {name: node.value}


_Loader.add_multi_constructor("!", _function)


@dataclass(frozen=True)
class Template:
    """A template's text, and the values of its parameters (``AWS::AccountId`` and the like among them)."""

    text: str
    values: Mapping[str, str]

    @cached_property
    def document(self) -> dict[str, Any]:
        """The text, read."""
        return dict(_Loader(self.text).get_single_data())

    def resources(self) -> dict[str, dict[str, Any]]:
        """By name, what is made: resources without a condition, and those whose condition holds."""
        return {
            name: resource
            for name, resource in self.document["Resources"].items()
            if "Condition" not in resource or self._holds({"Condition": resource["Condition"]})
        }

    def parameters(self) -> dict[str, str]:
        """By name, the values that a deployment has: those given, and defaults."""
        declared = self.document["Parameters"].items()
        return {name: self.values.get(name, str(parameter.get("Default", ""))) for name, parameter in declared}

    def _holds(self, condition: Mapping[str, Any]) -> bool:
        ((function, argument),) = condition.items()
        match function:
            case "Condition":
                return self._holds(self.document["Conditions"][argument])
            case "Fn::Equals":
                return self._value(argument[0]) == self._value(argument[1])
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(map(self._holds, argument))
            case "Fn::Or":
                return any(map(self._holds, argument))
        raise ValueError(f"no such condition function: {function}")

    def _value(self, operand: object) -> str:
        if isinstance(operand, dict):
            return (self.parameters() | dict(self.values))[operand["Ref"]]
        return str(operand)
