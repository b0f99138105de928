"""The template holds what checkov and parliament ask for, but for what is accepted with a reason."""

import json
import tomllib

import parliament  # type: ignore[import-untyped]
import pytest

from tests.infra.findings import ACCEPTED, CHECKERS, Finding, accepted


@pytest.fixture(scope="module", params=CHECKERS)
def checker(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(checker: str) -> set[Finding]:
    return CHECKERS[checker]()


def test_nothing_new_is_found(checker: str, found: set[Finding]) -> None:
    assert sorted(found - set(accepted(checker))) == []


def test_what_is_accepted_is_still_found(checker: str, found: set[Finding]) -> None:
    assert sorted(set(accepted(checker)) - found) == []


def test_each_is_accepted_once_for_a_reason(checker: str) -> None:
    entries = tomllib.loads(ACCEPTED.read_text())[checker]

    assert len(accepted(checker)) == len(set(accepted(checker)))
    assert all(len(entry["why"].split()) > 5 for entry in entries)


@pytest.mark.parametrize(
    ("action", "resource", "issue"),
    [
        pytest.param("kinesis:ReadRecords", "*", "UNKNOWN_ACTION", id="no-such-action"),
        pytest.param("s3:GetObject", "*", "RESOURCE_STAR", id="every-resource"),
        pytest.param("s3:GetObject", "arn:aws:s3:::lake", "RESOURCE_MISMATCH", id="a-bucket-for-objects"),
    ],
)
def test_parliament_sees_what_it_is_asked_for(action: str, resource: str, issue: str) -> None:
    """Its data is a few years old; that it finds nothing else in our policies has to mean something."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    assert [each.issue for each in parliament.analyze_policy_string(document).findings] == [issue]
