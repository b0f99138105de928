"""MWAA as its clients see it: one environment, which is the local Airflow.

https://docs.aws.amazon.com/mwaa/latest/API
"""

import os
from functools import cached_property
from typing import Any, NoReturn

from localstack.aws.api import RequestContext, ServiceException

from lab_localstack.mwaa.airflow import Airflow, AirflowDownError, Answer
from lab_localstack.service import AwsError, ServiceProvider


class RestApiError(ServiceException):
    """What MWAA raises for an error of Airflow's: its status code and its answer go with it.

    `code` is RestApiClientException (4xx) or RestApiServerException; MWAA answers both with HTTP status 400.
    """

    status_code = 400
    sender_fault = True

    def __init__(self, code: str, answer: Answer) -> None:
        super().__init__(str(answer.document))
        self.code = code
        self.RestApiStatusCode = answer.status
        self.RestApiResponse = answer.document


class MwaaProvider(ServiceProvider):
    """The environment is named as the project is, and always there: Airflow runs beside LocalStack, not in it."""

    service = "mwaa"

    @cached_property
    def _airflow(self) -> Airflow:
        return Airflow.of_profile()

    def invoke_rest_api(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Pass the call on to Airflow."""
        _find(request["Name"])
        try:
            answer = self._airflow.call(
                request["Method"], request["Path"], request.get("QueryParameters"), request.get("Body")
            )
        except AirflowDownError as error:
            raise RestApiError("RestApiServerException", Answer(503, {"detail": str(error)})) from error
        if answer.client_error:
            raise RestApiError("RestApiClientException", answer)
        if answer.server_error:
            raise RestApiError("RestApiServerException", answer)
        return {"RestApiStatusCode": answer.status, "RestApiResponse": answer.document}

    def list_environments(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """The one environment."""
        return {"Environments": [_environment_name()]}

    def get_environment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """What is known of it here: its address, and whether Airflow answers."""
        name = _find(request["Name"])
        try:
            version = self._airflow.call("GET", "/version", None, None).document["version"]
        except AirflowDownError:
            version = None
        environment = {
            "Name": name,
            "Arn": f"arn:aws:airflow:{context.region}:{context.account_id}:environment/{name}",
            "Status": "AVAILABLE" if version else "UNAVAILABLE",
            "WebserverUrl": os.environ.get("AIRFLOW_URL", ""),
        }
        return {"Environment": environment | ({"AirflowVersion": version} if version else {})}


def _environment_name() -> str:
    return os.environ.get("PROJECT", "media-stream")


def _find(name: str) -> str:
    if name != _environment_name():
        _refuse(name)
    return name


def _refuse(name: str) -> NoReturn:
    raise AwsError(
        "ResourceNotFoundException", f"Environment {name} not found; the only one here is {_environment_name()}.", 404
    )
