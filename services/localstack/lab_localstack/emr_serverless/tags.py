"""Tags of applications and job runs, by ARN."""

import re

from localstack.aws.api import RequestContext

from lab_localstack.emr_serverless.operations import Answer, EmrServerlessOperations, Request, invalid, not_found

_ARN = re.compile(r"arn:[\w-]+:emr-serverless:[\w-]+:\d{12}:/applications/(?P<application>\w+)(/jobruns/(?P<run>\w+))?")


class TagOperations(EmrServerlessOperations):
    """ListTagsForResource, TagResource, UntagResource."""

    def list_tags_for_resource(self, context: RequestContext, request: Request) -> Answer:
        return {"tags": self._tags(context, request["resourceArn"])}

    def tag_resource(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            self._tags(context, request["resourceArn"]).update(request["tags"])

    def untag_resource(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            tags = self._tags(context, request["resourceArn"])
            for key in request["tagKeys"]:
                tags.pop(key, None)

    def _tags(self, context: RequestContext, arn: str) -> dict[str, str]:
        parts = _ARN.fullmatch(arn)
        if parts is None:
            raise invalid(f"{arn!r} is not the ARN of an application or a job run.")
        application = self.store(context).applications.get(parts["application"])
        resource = application and (application.runs.get(parts["run"]) if parts["run"] else application)
        if resource is None:
            raise not_found(f"Resource {arn} does not exist")
        return resource.tags
