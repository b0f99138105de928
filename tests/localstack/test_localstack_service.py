"""The base of our services, and the shims under LocalStack."""

import json
import uuid
from typing import Any

import pytest
from lab_localstack import python311
from lab_localstack.service import AwsError, ServiceProvider, serve
from localstack.aws.api import RequestContext
from localstack.http import Request


class Emr(ServiceProvider):
    service = "emr-serverless"

    def get_application(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        if request["applicationId"] == "none":
            raise AwsError("ResourceNotFoundException", "Application none does not exist.", 404)
        return {"application": {"applicationId": request["applicationId"], "name": "real"}}


def call(method: str, path: str) -> Any:
    context = RequestContext(Request(method, path))
    service = serve(Emr())
    context.service, context.protocol = service.skeleton.service, "rest-json"
    return service.skeleton.invoke(context)


def test_an_operation_is_a_method_that_returns_the_output_shape() -> None:
    response = call("GET", "/applications/00abc")

    assert response.status_code == 200
    assert json.loads(response.data) == {"application": {"applicationId": "00abc", "name": "real"}}


def test_an_error_has_the_services_own_code_and_status() -> None:
    response = call("GET", "/applications/none")

    assert response.status_code == 404
    assert response.headers["x-amzn-errortype"] == "ResourceNotFoundException"
    assert json.loads(response.data)["message"] == "Application none does not exist."


def test_an_operation_without_a_method_is_refused_by_name() -> None:
    response = call("DELETE", "/applications/00abc")

    assert response.status_code == 501
    assert response.headers["x-amzn-errortype"] == "NotImplementedException"
    assert json.loads(response.data)["message"].startswith("DeleteApplication of emr-serverless is not implemented")


@pytest.mark.parametrize("name", ["abc", "", "ключ"])
def test_uuid5_of_bytes_equals_uuid5_of_text(name: str) -> None:
    assert python311._uuid5(uuid.NAMESPACE_DNS, name.encode()) == python311._uuid5(uuid.NAMESPACE_DNS, name)
    assert python311._uuid5(uuid.NAMESPACE_DNS, name) == uuid.uuid5(uuid.NAMESPACE_DNS, name)
