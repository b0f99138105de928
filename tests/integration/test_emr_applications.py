"""EMR Serverless applications: their states, their tags, and what is refused."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.processes("what an application may be is the same, however LocalStack is run")


@pytest.fixture(scope="module")
def emr(aws: Any) -> Any:
    return aws("emr-serverless")


@pytest.fixture
def application(emr: Any) -> Iterator[str]:
    made = emr.create_application(name="tests", releaseLabel="emr-spark-8.0.0", type="SPARK", tags={"team": "media"})
    yield made["applicationId"]
    if state(emr, made["applicationId"]) != "TERMINATED":
        emr.stop_application(applicationId=made["applicationId"])
        emr.delete_application(applicationId=made["applicationId"])


def state(emr: Any, application: str) -> str:
    found: str = emr.get_application(applicationId=application)["application"]["state"]
    return found


def test_an_application_goes_through_its_states(emr: Any, application: str) -> None:
    states = [state(emr, application)]
    for operation in (emr.start_application, emr.stop_application, emr.delete_application):
        operation(applicationId=application)
        states.append(state(emr, application))

    assert states == ["CREATED", "STARTED", "STOPPED", "TERMINATED"]


def test_ids_and_arns_look_as_on_aws(emr: Any, application: str) -> None:
    described = emr.get_application(applicationId=application)["application"]

    assert re.fullmatch("[0-9a-z]{16}", application)
    assert described["arn"] == f"arn:aws:emr-serverless:us-east-1:000000000000:/applications/{application}"


def test_the_same_client_token_makes_one_application(emr: Any) -> None:
    request = {"clientToken": "once", "releaseLabel": "emr-spark-8.0.0", "type": "SPARK"}

    first, second = emr.create_application(**request), emr.create_application(**request)
    with pytest.raises(emr.exceptions.ConflictException):
        emr.create_application(**request | {"releaseLabel": "emr-7.10.0"})

    assert first["applicationId"] == second["applicationId"]
    emr.delete_application(applicationId=first["applicationId"])


def test_an_update_changes_only_what_it_names(emr: Any, application: str) -> None:
    emr.update_application(applicationId=application, maximumCapacity={"cpu": "4 vCPU", "memory": "16 GB"})
    emr.update_application(applicationId=application, autoStopConfiguration={"enabled": False})

    described = emr.get_application(applicationId=application)["application"]
    assert described["maximumCapacity"] == {"cpu": "4 vCPU", "memory": "16 GB"}
    assert described["autoStopConfiguration"] == {"enabled": False}


def test_applications_are_listed_by_state(emr: Any, application: str) -> None:
    emr.start_application(applicationId=application)

    assert application in [found["id"] for found in emr.list_applications(states=["STARTED"])["applications"]]
    assert application not in [found["id"] for found in emr.list_applications(states=["CREATED"])["applications"]]


def test_tags_can_be_read_and_changed(emr: Any, application: str) -> None:
    arn = emr.get_application(applicationId=application)["application"]["arn"]
    emr.tag_resource(resourceArn=arn, tags={"stage": "lab"})
    emr.untag_resource(resourceArn=arn, tagKeys=["team"])

    assert emr.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "lab"}


@pytest.mark.parametrize("operation", ["update_application", "delete_application"])
def test_a_started_application_is_neither_changed_nor_deleted(emr: Any, application: str, operation: str) -> None:
    emr.start_application(applicationId=application)

    with pytest.raises(emr.exceptions.ValidationException, match="STARTED"):
        getattr(emr, operation)(applicationId=application)


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        pytest.param("get_application", {"applicationId": "none"}, "ResourceNotFoundException", id="no application"),
        pytest.param(
            "create_application",
            {"releaseLabel": "emr-spark-eight", "type": "SPARK"},
            "ValidationException",
            id="release label unreadable",
        ),
        pytest.param(
            "create_application",
            {"releaseLabel": "emr-7.10.0", "type": "HIVE"},
            "NotImplementedException",
            id="hive not implemented",
        ),
        pytest.param(
            "create_application",
            {"releaseLabel": "emr-7.10.0", "type": "SPARK", "imageConfiguration": {"imageUri": "x"}},
            "NotImplementedException",
            id="images not implemented",
        ),
        pytest.param(
            "create_application",
            {
                "releaseLabel": "emr-7.10.0",
                "type": "SPARK",
                "runtimeConfiguration": [{"classification": "spark-env", "properties": {"A": "b"}}],
            },
            "NotImplementedException",
            id="classification not implemented",
        ),
        pytest.param("list_applications", {"nextToken": "bm9uZQ=="}, "ValidationException", id="token unknown"),
    ],
)
def test_errors_are_those_of_emr_serverless(emr: Any, operation: str, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(emr, operation)(**parameters)

    assert refused.value.response["Error"]["Code"] == code
