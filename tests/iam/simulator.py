"""IAM's decisions, by a simulator of its evaluation logic: https://github.com/cloud-copilot/iam-simulate.

It knows every action with its resource types and condition keys, and refuses a request that IAM could not get.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts import environments, paths
from tests.iam.policies import Policies
from tests.iam.request import OVER_TLS, Request

SCRIPT = Path(__file__).with_name("simulate.mjs")
NODE = environments.python("iam").with_name("node")
PACKAGES = paths.envs() / "iam" / "package.json"
ALLOWED = "Allowed"


def denied(requests: Sequence[Request], policies: Policies) -> list[str]:
    """The requests that the policies do not allow, each with the decision, in sentences."""
    verdicts = decide(requests, policies)
    return [f"{verdict}: {request}" for request, verdict in zip(requests, verdicts, strict=True) if verdict != ALLOWED]


def decide(requests: Sequence[Request], policies: Policies) -> list[str]:
    """For each request Allowed, ImplicitlyDenied, ExplicitlyDenied, or why it is none that IAM could get."""
    simulations = json.dumps([_simulation(request, policies) for request in requests])
    command = [str(NODE), str(SCRIPT), str(PACKAGES)]
    answer = subprocess.run(command, input=simulations, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    verdicts: list[str] = json.loads(answer.stdout)
    return verdicts


def _simulation(request: Request, policies: Policies) -> dict[str, Any]:
    principal = request.principal if request.is_of_a_service else policies.role_arn(request.principal)
    return {
        "request": {
            "principal": principal,
            "action": request.need.action,
            "resource": {"resource": request.need.resource, "accountId": policies.account},
            "contextVariables": {**OVER_TLS, **request.need.context},
        },
        "identityPolicies": [
            {"name": f"{request.principal}-{number}", "policy": document}
            for number, document in enumerate(policies.of_role(request.principal))
        ],
        "resourcePolicy": policies.of_resource(request.need.resource),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
