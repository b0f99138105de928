"""The template as an account of AWS has it: its functions worked out to the names and ARNs they give there.

What only AWS can give (an application's id, a queue's address) is a value of the same form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]

TEMPLATE = Path(__file__).parents[2] / "infra" / "template.yaml"

ACCOUNT = "123456789012"
REGION = "eu-central-1"
PROJECT = "media-stream"
PARAMETERS = {
    "ProjectName": PROJECT,
    "CodeVersion": "0123456789ab",
    "SnowflakeAccount": "ORG-ACCOUNT",
    "SnowflakeUser": "LAB",
    "SnowflakeIamUserArn": "arn:aws:iam::999999999999:user/snowflake",
    "SnowflakeExternalId": "ORG_SFCRole=2_abc=",
    "Airflow": "mwaa",
    "RunIntervalMinutes": "15",
    "StreamTriggerSeconds": "60",
    "StreamIdleMinutes": "30",
    "BatchWindowSeconds": "60",
    "BudgetUsd": "50",
    "BudgetEmail": "owner@example.com",
    "MwaaRequirementsKey": "requirements/0123456789ab.txt",
}
"""A whole deployment: a managed Airflow, a budget, and Snowflake's integration known."""

NO_VALUE = object()
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": NO_VALUE,
}

ARNS = {
    "AWS::CloudWatch::Alarm": "cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::EMRServerless::Application": "emr-serverless:{region}:{account}:/applications/00f1abcdefghijkl",
    "AWS::IAM::ManagedPolicy": "iam::{account}:policy/{name}",
    "AWS::IAM::Role": "iam::{account}:role/{name}",
    "AWS::Kinesis::Stream": "kinesis:{region}:{account}:stream/{name}",
    "AWS::Lambda::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::Logs::LogGroup": "logs:{region}:{account}:log-group:{name}:*",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::SNS::Topic": "sns:{region}:{account}:{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
}
"""The form of each type's ARN, without its beginning: https://docs.aws.amazon.com/service-authorization/latest/reference"""

REF_IS_ARN = {"AWS::SNS::Topic", "AWS::IAM::ManagedPolicy"}
NAMED_BY = ("Name", "BucketName", "QueueName", "TopicName", "LogGroupName", "FunctionName", "AlarmName")


class Template:
    """The template with the values of a deployment.

    Args:
        parameters: the deployment's parameters; the others have their defaults.
    """

    def __init__(self, parameters: Mapping[str, str] = PARAMETERS) -> None:
        self.source: dict[str, Any] = plain(cfn_yaml.load(str(TEMPLATE)))
        defaults = {name: each["Default"] for name, each in self.source["Parameters"].items() if "Default" in each}
        self._values = {**PSEUDO, **defaults, **parameters}

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """What the deployment makes: the resources that no condition leaves out, worked out."""
        return {
            name: {**each, "Properties": self.value(each.get("Properties", {}))}
            for name, each in self.source["Resources"].items()
            if "Condition" not in each or self.condition(each["Condition"])
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """The properties of each resource of this type, by logical id."""
        return {name: each["Properties"] for name, each in self.resources.items() if each["Type"] == kind}

    def condition(self, name: str) -> bool:
        """Whether the condition of this name holds."""
        return bool(self.value(self.source["Conditions"][name]))

    def value(self, expression: Any) -> Any:
        """The expression with every function in it worked out."""
        if isinstance(expression, list):
            return [self.value(each) for each in expression]
        if not isinstance(expression, dict):
            return expression
        if len(expression) == 1:
            [(function, argument)] = expression.items()
            if function in ("Ref", "Condition") or function.startswith("Fn::"):
                return self._call(function.removeprefix("Fn::"), argument)
        worked_out = {name: self.value(each) for name, each in expression.items()}
        return {name: each for name, each in worked_out.items() if each is not NO_VALUE}

    def _call(self, function: str, argument: Any) -> Any:
        if function == "If":
            name, then, otherwise = argument
            return self.value(then if self.condition(name) else otherwise)
        if function == "Sub":
            text, own = argument if isinstance(argument, list) else (argument, {})
            return re.sub(r"\$\{([^}]+)\}", lambda name: str(self._named(name[1], self.value(own))), text)
        if function in ("Ref", "GetAtt"):
            return self._named(argument if isinstance(argument, str) else ".".join(argument), {})
        if function == "Condition":
            return self.condition(argument)
        given = self.value(argument)
        calls: dict[str, Callable[[], Any]] = {
            "Equals": lambda: str(given[0]) == str(given[1]),
            "Not": lambda: not given[0],
            "And": lambda: all(given),
            "GetAZs": lambda: [f"{REGION}{zone}" for zone in "abc"],
            "Select": lambda: given[1][int(given[0])],
            "Base64": lambda: "c2VjcmV0",
        }
        return calls[function]()

    def _named(self, name: str, own: Mapping[str, Any]) -> Any:
        """What ``${name}`` stands for: one of a Sub's own values, a parameter, or a resource's Ref or attribute."""
        if name in own:
            return own[name]
        if name in self._values:
            return self._values[name]
        resource, _, attribute = name.partition(".")
        return self._attribute(resource, attribute)

    def _attribute(self, resource: str, attribute: str) -> str:
        kind = self.source["Resources"][resource]["Type"]
        properties = self.source["Resources"][resource].get("Properties", {})
        named = next((self.value(properties[each]) for each in NAMED_BY if each in properties), resource)
        if attribute == "Arn" or (not attribute and kind in REF_IS_ARN):
            return "arn:aws:" + ARNS[kind].format(region=REGION, account=ACCOUNT, name=named)
        return str(named)


def plain(node: Any) -> Any:
    """cfn-lint's nodes, which know their line in the file, as plain dicts, lists and strings."""
    if isinstance(node, dict):
        return {str(name): plain(each) for name, each in node.items()}
    if isinstance(node, list):
        return [plain(each) for each in node]
    return str(node) if isinstance(node, str) else node
