"""The base of every service that this plugin serves itself: AWS operations become methods.

A provider is a plain class that names its botocore service and has one method for each operation it implements, named
as boto3 names it and called with the request context and the parsed request (a dict of the operation's input shape):

    class GlueProvider(ServiceProvider):
        service = "glue"

        def get_database(self, context: RequestContext, request: dict[str, Any]) -> dict[str, Any]:
            database = self.store(context).databases.get(request["Name"])
            if database is None:
                raise AwsError("EntityNotFoundException", f"Database {request['Name']} not found.")
            return {"Database": database}

What it returns is a dict of the operation's output shape (None and {} are an empty answer); parsing and serialising
follow botocore's model of the service in every protocol, so no generated API stubs are needed. `context.account_id`
and `context.region` say whose resources are meant. An operation without a method answers NotImplementedException with
a sentence: never a fake success. Raise `AwsError` with the service's own error code for everything AWS refuses.

A provider may also define LocalStack's life-cycle hooks `on_before_start()` and `on_before_stop()`: the first call is
made when the service is first used, the second at shutdown (end children there; LocalStack has 20 s to stop).

`lab_localstack.plugins` registers the providers under these names: `glue.provider.GlueProvider`,
`emr_serverless.provider.EmrServerlessProvider`, `mwaa.provider.MwaaProvider`, `kinesis.provider.KinesisProvider`; the
Lambda executor `lambda_.executor.ProcessRuntimeExecutor`; and the CloudFormation resource providers
`cloudformation.glue_database.GlueDatabaseProvider`, `cloudformation.glue_table.GlueTableProvider`,
`cloudformation.glue_job.GlueJobProvider`, `cloudformation.emr_serverless_application.EmrServerlessApplicationProvider`.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from botocore import xform_name
from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.skeleton import Skeleton
from localstack.aws.spec import load_service
from localstack.services.plugins import Service, ServiceLifecycleHook

Handler = Callable[[RequestContext, dict[str, Any]], Any]


class AwsError(CommonServiceException):
    """An error as AWS answers it: the service's error code, a sentence, and an HTTP status (400 unless told)."""

    def __init__(self, code: str, message: str, status_code: int = 400) -> None:
        super().__init__(code, message, status_code, sender_fault=status_code < 500)


class ServiceProvider(ServiceLifecycleHook):
    """A service of AWS: the class attribute `service` is botocore's name of it, its methods are the operations."""

    service: ClassVar[str]


def serve(provider: ServiceProvider) -> Service:
    """Wrap a provider as the service LocalStack routes to."""
    model = load_service(provider.service)
    handlers = {operation: _handler(provider, operation) for operation in model.operation_names}
    service = Service(name=provider.service, skeleton=Skeleton(model, handlers), lifecycle_hook=provider)
    service._provider = provider
    return service


def _handler(provider: ServiceProvider, operation: str) -> Handler:
    method: Handler | None = getattr(provider, xform_name(operation), None)
    return method or _refuse(provider.service, operation)


def _refuse(service: str, operation: str) -> Handler:
    def refuse(context: RequestContext, request: dict[str, Any]) -> None:
        raise AwsError(
            "NotImplementedException",
            f"{operation} of {service} is not implemented by the local AWS; it works against AWS itself.",
            status_code=501,
        )

    return refuse
