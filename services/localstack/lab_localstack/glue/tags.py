"""Tags of Glue's resources, by ARN."""

import re

from localstack.aws.api import RequestContext

from lab_localstack.glue.operations import Answer, GlueOperations, Request, invalid, not_found

_ARN = re.compile(r"arn:[\w-]+:glue:[\w-]+:\d{12}:(?P<kind>\w+)/(?P<name>.+)")


class TagOperations(GlueOperations):
    """GetTags, TagResource, UntagResource for databases and jobs."""

    def get_tags(self, context: RequestContext, request: Request) -> Answer:
        self._existing(context, request["ResourceArn"])
        return {"Tags": self.store(context).tags.get(request["ResourceArn"], {})}

    def tag_resource(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            self._existing(context, request["ResourceArn"])
            self.store(context).tags.setdefault(request["ResourceArn"], {}).update(request["TagsToAdd"])

    def untag_resource(self, context: RequestContext, request: Request) -> None:
        with self.lock:
            self._existing(context, request["ResourceArn"])
            tags = self.store(context).tags.get(request["ResourceArn"], {})
            for key in request["TagsToRemove"]:
                tags.pop(key, None)

    def _existing(self, context: RequestContext, resource_arn: str) -> None:
        parts = _ARN.fullmatch(resource_arn)
        if parts is None:
            raise invalid(f"{resource_arn!r} is not the ARN of a Glue resource.")
        store = self.store(context)
        known = {"database": store.databases.keys(), "job": store.jobs.keys()}
        if parts["name"] not in known.get(parts["kind"], ()):
            raise not_found(f"Resource {resource_arn} not found; databases and jobs have tags here.")
