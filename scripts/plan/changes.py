"""What a deployment would make, change and take away: the template against the stack that is there.

A change set would say more, and would be a change itself; so the two templates are compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import boto3

from scripts import code, paths, stack
from scripts.cloudformation import Stack
from scripts.plan.template import Template
from scripts.profile import Profile, environment

NOT_ECHOED = "****"
"""What CloudFormation tells of a parameter that it does not echo."""


@dataclass(frozen=True, slots=True)
class Changes:
    """By name, the types of resources; and of parameters, what they are and would be."""

    exists: bool
    made: Mapping[str, str]
    changed: Mapping[str, str]
    removed: Mapping[str, str]
    parameters: Mapping[str, tuple[str, str]]

    @property
    def any(self) -> bool:
        """Whether a deployment would do anything."""
        return bool(self.made or self.changed or self.removed or self.parameters)


def changes(profile: Profile, session: boto3.Session) -> Changes:
    """What `lab deploy` would do, as far as the profile, the code and the template tell."""
    wanted = template(profile)
    deployed = Stack(session, profile["PROJECT"])
    resources = wanted.resources()
    types = {name: str(resource["Type"]) for name, resource in resources.items()}
    if not deployed.exists():
        return Changes(False, types, {}, {}, {})
    before = Template(deployed.template(), {}).document["Resources"]
    there = deployed.resource_types()
    given = deployed.parameters()
    return Changes(
        exists=True,
        made={name: kind for name, kind in types.items() if name not in there},
        changed={name: types[name] for name in types.keys() & there.keys() if before.get(name) != resources[name]},
        removed={name: kind for name, kind in there.items() if name not in types},
        parameters={
            name: (given[name], value)
            for name, value in wanted.parameters().items()
            if name in given and given[name] not in {value, NOT_ECHOED} and name not in stack.LEARNED
        },
    )


def template(profile: Profile) -> Template:
    """The repository's template under the profile, its code in place."""
    given = stack.parameters(environment(profile)) | {stack.CODE_VERSION: code.package(paths.ROOT).version}
    account = profile.values.get("AWS_ACCOUNT_ID", "000000000000")
    pseudo = {"AWS::AccountId": account, "AWS::Region": profile["AWS_REGION"]}
    return Template(stack.TEMPLATE.read_text(), given | pseudo)
