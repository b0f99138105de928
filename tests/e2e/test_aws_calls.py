"""Every AWS call of the run is one that AWS would take, from a role that is allowed to make it.

LocalStack enforces no policy and checks few parameters. It records the calls instead, the Java SDK's and its own
pollers' included, and they are held against the policies that the run's own stack deployed, and against AWS's service
models and limits.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from scripts import profile
from tests.calls import limits, models, recorded
from tests.calls.recorded import Call
from tests.calls.resources import Size, sizes
from tests.e2e.conftest import Lab
from tests.iam import operations
from tests.iam.implied import implied
from tests.iam.policies import Policies, covers, deployed
from tests.iam.request import Request
from tests.iam.simulator import denied

UNUSED = Path(__file__).parents[1] / "iam" / "unused.toml"
SNOWFLAKE = "snowflake"
"""The key of the local warehouse's stages (profiles/local.env); Snowflake itself reads under a role."""

JAVA = {"aws-sdk-java", "Hadoop", "s3fileio"}


@dataclass(frozen=True)
class Evidence:
    """What was called, what the roles (by the template's ids) were allowed, and how large what was made is."""

    calls: list[Call]
    policies: Policies
    roles: dict[str, str]
    requests: list[Request]
    made: list[Size]


@pytest.fixture(scope="module")
def evidence(lab: Lab, first_run: str) -> Iterator[Evidence]:
    calls = recorded.load(lab.calls)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in profile.environment(lab.settings).items():
            patch.setenv(name, value)
        session = boto3.Session()
        policies, roles = deployed(session, lab.settings["PROJECT"])
        asked = operations.requests(calls, {SNOWFLAKE: roles["SnowflakeRole"]})
        asked += implied(lab.settings["PROJECT"], "viewership-stream", policies.account, session.region_name, roles)
        yield Evidence(calls, policies, roles, asked, list(sizes(session, lab.settings["PROJECT"])))


def test_every_role_of_the_template_was_at_work(evidence: Evidence) -> None:
    recorded_calls = operations.requests(evidence.calls, {SNOWFLAKE: evidence.roles["SnowflakeRole"]})
    assert {request.principal for request in recorded_calls} == set(evidence.roles.values())


def test_jobs_have_no_other_keys_than_their_roles(evidence: Evidence) -> None:
    assert [call for call in evidence.calls if call.agent in JAVA and call.role is None] == []


def test_every_call_is_allowed_by_the_policies_of_its_role(evidence: Evidence) -> None:
    assert denied(evidence.requests, evidence.policies) == []


def test_a_policy_that_lacks_an_action_of_the_run_fails(evidence: Evidence) -> None:
    for logical, action in [
        ("GlueRole", "glue:GetTable"),
        ("EmrExecutionRole", "kinesis:GetShardIterator"),
        ("ArchiveRole", "s3:PutObject"),
        ("TriggerRole", "airflow:InvokeRestApi"),
        ("MwaaRole", "iam:PassRole"),
    ]:
        role = evidence.roles[logical]
        found = denied(evidence.requests, evidence.policies.without(role, action))
        assert found
        assert all(sentence.startswith(f"ImplicitlyDenied: {role}: {action} on ") for sentence in found)


def test_what_is_allowed_and_never_used_is_listed_with_its_reason(evidence: Evidence) -> None:
    used = {(request.principal, request.need.action) for request in evidence.requests}
    allowed = {
        (logical, action) for logical, role in evidence.roles.items() for action in evidence.policies.actions(role)
    }
    unused = {
        (logical, action)
        for logical, action in allowed
        if not any(role == evidence.roles[logical] and covers(action, each) for role, each in used)
    }
    listed = {(role, action) for role, actions in tomllib.loads(UNUSED.read_text()).items() for action in actions}
    assert unused - listed == set()
    assert listed - allowed == set()


def test_every_request_is_valid_by_its_service_model(evidence: Evidence) -> None:
    assert [problem for call in evidence.calls for problem in models.problems(call)] == []


def test_every_request_is_within_the_limits_of_its_service(evidence: Evidence) -> None:
    assert [sentence for call in evidence.calls for sentence in limits.exceeded(call)] == []
    assert len({limit for call in evidence.calls for limit in limits.met(call)}) > 10


def test_what_the_stack_made_is_within_the_limits_of_aws(evidence: Evidence) -> None:
    assert len(evidence.made) > 40
    assert [size for size in evidence.made if size.size > size.most] == []
