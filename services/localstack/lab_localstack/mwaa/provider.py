"""MWAA as its clients see it: one environment, which is the local Airflow.

It is there in every account and region, made or not: programs that drive AWS with an Airflow of their own find it too.
What CreateEnvironment says of it is kept and described, and changes nothing of the Airflow that runs.

https://docs.aws.amazon.com/mwaa/latest/API
"""

import os
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NoReturn

from localstack.aws.api import RequestContext, ServiceException
from localstack.state import StateVisitor

from lab_localstack.mwaa.airflow import Airflow, AirflowDownError, Answer
from lab_localstack.mwaa.store import STORES, Environment
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
    """The environment is named as the project is: there is one Airflow."""

    service = "mwaa"

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(STORES)

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

    def create_environment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Keep what is said of the environment."""
        name, environments = request["Name"], _environments(context)
        if name != _environment_name():
            raise _invalid(f"There is one Airflow here, environment {_environment_name()}; {name} cannot be made.")
        if name in environments:
            raise _invalid(f"Environment {name} exists already.")
        settings = {key: value for key, value in request.items() if key not in ("Name", "Tags")}
        environments[name] = Environment(settings, dict(request.get("Tags") or {}), datetime.now(UTC))
        return {"Arn": _arn(context, name)}

    def update_environment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Change what is said of the environment."""
        environment = _made(context, request["Name"])
        changes = {key: value for key, value in request.items() if key != "Name"}
        network = environment.settings["NetworkConfiguration"] | changes.pop("NetworkConfiguration", {})
        environment.settings |= changes | {"NetworkConfiguration": network}
        return {"Arn": _arn(context, request["Name"])}

    def delete_environment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """Forget what was said of the environment; Airflow runs on."""
        _made(context, request["Name"])
        del _environments(context)[request["Name"]]
        return {}

    def tag_resource(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        _tagged(context, request).tags.update(request["Tags"])
        return {}

    def untag_resource(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        environment = _tagged(context, request)
        environment.tags = {key: value for key, value in environment.tags.items() if key not in request["tagKeys"]}
        return {}

    def list_tags_for_resource(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        return {"Tags": _tagged(context, request).tags}

    def get_environment(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
        """What was said of it, its address here, and whether Airflow answers; the version is the one that runs."""
        name = _find(request["Name"])
        try:
            version = self._airflow.call("GET", "/version", None, None).document["version"]
        except AirflowDownError:
            version = None
        made = _environments(context).get(name)
        said = {**made.settings, "Tags": made.tags, "CreatedAt": made.created} if made else {}
        environment = {
            **said,
            "Name": name,
            "Arn": _arn(context, name),
            "Status": "AVAILABLE" if version else "UNAVAILABLE",
            "WebserverUrl": os.environ.get("AIRFLOW_URL", ""),
        }
        return {"Environment": environment | ({"AirflowVersion": version} if version else {})}


def _environments(context: RequestContext) -> dict[str, Environment]:
    found: dict[str, Environment] = STORES[context.account_id][context.region].environments
    return found


def _made(context: RequestContext, name: str) -> Environment:
    """The environment, which CreateEnvironment made. Raises ResourceNotFoundException."""
    environment = _environments(context).get(name)
    if environment is None:
        _refuse(name)
    return environment


def _tagged(context: RequestContext, request: dict[str, Any]) -> Environment:
    return _made(context, request["ResourceArn"].rpartition("environment/")[2])


def _arn(context: RequestContext, name: str) -> str:
    return f"arn:aws:airflow:{context.region}:{context.account_id}:environment/{name}"


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)


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
