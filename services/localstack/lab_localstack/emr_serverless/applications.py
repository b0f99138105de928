"""Applications: made, started, stopped, changed, deleted. Nothing runs for one before its first job run."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.emr_serverless.driver import UnsupportedDriverError, spark_defaults
from lab_localstack.emr_serverless.operations import (
    Answer,
    EmrServerlessOperations,
    Request,
    invalid,
    new_id,
    not_implemented,
    paged,
)
from lab_localstack.emr_serverless.store import Application

_RELEASE = re.compile(r"emr-(spark-)?\d+\.\d+\.\d+")
_IDENTITY = frozenset({"applicationId", "name", "releaseLabel", "type", "tags", "clientToken"})
_UNSUPPORTED = (
    "imageConfiguration",
    "workerTypeSpecifications",
    "schedulerConfiguration",
    "identityCenterConfiguration",
)


class ApplicationOperations(EmrServerlessOperations):
    """Create-, Get-, List-, Update-, Start-, Stop- and DeleteApplication."""

    def create_application(self, context: RequestContext, request: Request) -> Answer:
        _validate(request)
        return self.once(context, request, "CreateApplication", lambda: self._create(context, request))

    def _create(self, context: RequestContext, request: Request) -> Answer:
        identifier, now = new_id(), datetime.now(UTC)
        application = Application(
            id=identifier,
            arn=f"arn:aws:emr-serverless:{context.region}:{context.account_id}:/applications/{identifier}",
            name=request.get("name"),
            release_label=request["releaseLabel"],
            settings=_settings(request),
            tags=dict(request.get("tags") or {}),
            created=now,
            updated=now,
        )
        self.store(context).applications[identifier] = application
        answer = {"applicationId": identifier, "arn": application.arn}
        return answer | ({"name": application.name} if application.name else {})

    def get_application(self, context: RequestContext, request: Request) -> Answer:
        with self.lock:
            return {"application": self.application(context, request).describe()}

    def list_applications(self, context: RequestContext, request: Request) -> Answer:
        states = request.get("states") or []
        with self.lock:
            known = self.store(context).applications.values()
            matching = [application for application in known if not states or application.state in states]
            shown, token = paged(matching, lambda application: application.id, request)
            return {"applications": [application.summary() for application in shown], **token}

    def update_application(self, context: RequestContext, request: Request) -> Answer:
        """Changes what the request names of an application that is not started."""
        _validate(request)
        with self.lock:
            application = self.application(context, request)
            _require(application, "updated")
            application.settings |= _settings(request)
            application.release_label = request.get("releaseLabel") or application.release_label
            application.updated = datetime.now(UTC)
            return {"application": application.describe()}

    def start_application(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            application = self.application(context, request)
            if application.state == "TERMINATED":
                raise invalid(f"Application {application.id} is TERMINATED and cannot be started.")
            application.enter("STARTED")

    def stop_application(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            application = self.application(context, request)
            if live := application.live_runs:
                raise invalid(f"Application {application.id} has {len(live)} active job runs: cancel them first.")
            if application.state == "STARTED":
                application.enter("STOPPED")

    def delete_application(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            application = self.application(context, request)
            _require(application, "deleted")
            application.enter("TERMINATED")


def _require(application: Application, verb: str) -> None:
    if application.state not in ("CREATED", "STOPPED"):
        raise invalid(
            f"Application {application.id} is {application.state}: "
            f"only an application in state CREATED or STOPPED can be {verb}."
        )


def _settings(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if name not in _IDENTITY and value is not None}


def _validate(request: Mapping[str, Any]) -> None:
    release = request.get("releaseLabel")
    if release is not None and not _RELEASE.fullmatch(release):
        raise invalid(f"releaseLabel {release!r} is not valid: write it as emr-spark-8.0.0 or emr-7.10.0.")
    engine = request.get("type", "SPARK")
    if engine.upper() != "SPARK":
        raise not_implemented(f"Applications of type {engine} are not implemented by the local EMR Serverless.")
    for member in _UNSUPPORTED:
        if request.get(member):
            raise not_implemented(f"{member} is not implemented by the local EMR Serverless.")
    try:
        spark_defaults(request.get("runtimeConfiguration") or [])
    except UnsupportedDriverError as error:
        raise not_implemented(str(error)) from error
