"""Job definitions."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.glue.operations import (
    Answer,
    GlueOperations,
    Request,
    already_exists,
    arn,
    invalid,
    not_implemented,
    paged,
)
from lab_localstack.glue.store import Job

_SPARK_COMMANDS = ("glueetl", "gluestreaming")
_GLUE_VERSIONS = ("0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0")
_DEFAULTS: Answer = {
    "JobMode": "SCRIPT",
    "MaxRetries": 0,
    "Timeout": 2880,
    "GlueVersion": "0.9",
    "ExecutionProperty": {"MaxConcurrentRuns": 1},
}


class JobOperations(GlueOperations):
    """CreateJob, GetJob(s), BatchGetJobs, ListJobs, UpdateJob, DeleteJob."""

    def create_job(self, context: RequestContext, request: Request) -> Answer:
        definition = {name: value for name, value in request.items() if name not in {"Name", "Tags"}}
        name = request["Name"]
        _validate(definition)
        now = datetime.now(UTC)
        with self.lock:
            store = self.store(context)
            if name in store.jobs:
                raise already_exists(f"Job with name: {name} already exists.")
            store.jobs[name] = Job(name, _DEFAULTS | definition, created=now, modified=now)
            if request.get("Tags"):
                store.tags[arn(context, f"job/{name}")] = dict(request["Tags"])
        return {"Name": name}

    def get_job(self, context: RequestContext, request: Request) -> Answer:
        return {"Job": _describe(self.job(context, request["JobName"]))}

    def get_jobs(self, context: RequestContext, request: Request) -> Answer:
        shown, token = paged(self._sorted(context), lambda job: job.name, request)
        return {"Jobs": [_describe(job) for job in shown], **token}

    def batch_get_jobs(self, context: RequestContext, request: Request) -> Answer:
        jobs = self.store(context).jobs
        found = [_describe(jobs[name]) for name in request["JobNames"] if name in jobs]
        return {"Jobs": found, "JobsNotFound": [name for name in request["JobNames"] if name not in jobs]}

    def list_jobs(self, context: RequestContext, request: Request) -> Answer:
        wanted = (request.get("Tags") or {}).items()
        tags = self.store(context).tags
        jobs = [job for job in self._sorted(context) if wanted <= tags.get(arn(context, f"job/{job.name}"), {}).items()]
        shown, token = paged(jobs, lambda job: job.name, request)
        return {"JobNames": [job.name for job in shown], **token}

    def update_job(self, context: RequestContext, request: Request) -> Answer:
        """Replaces the definition: what the update leaves out is reset to its default, as on AWS."""
        definition = request["JobUpdate"]
        _validate(definition)
        with self.lock:
            job = self.job(context, request["JobName"])
            job.definition = _DEFAULTS | definition
            job.modified = datetime.now(UTC)
        return {"JobName": job.name}

    def delete_job(self, context: RequestContext, request: Request) -> Answer:
        """Deletes a job; one that is not there is no error, as on AWS. Its runs go on and are forgotten."""
        name = request["JobName"]
        with self.lock:
            store = self.store(context)
            store.jobs.pop(name, None)
            store.tags.pop(arn(context, f"job/{name}"), None)
        return {"JobName": name}

    def _sorted(self, context: RequestContext) -> list[Job]:
        return sorted(self.store(context).jobs.values(), key=lambda job: job.name)


def _validate(definition: Mapping[str, Any]) -> None:
    command = definition.get("Command") or {}
    if not definition.get("Role") or not command.get("Name"):
        raise invalid("A job needs a Role and a Command with a Name.")
    if command["Name"] not in _SPARK_COMMANDS:
        raise not_implemented(f"Command {command['Name']} is not implemented by the local Glue, {_SPARK_COMMANDS} are.")
    if not command.get("ScriptLocation", "").startswith("s3://"):
        raise invalid(f"ScriptLocation {command.get('ScriptLocation')!r} is not valid: write s3://bucket/key.")
    version = definition.get("GlueVersion", _GLUE_VERSIONS[-1])
    if version not in _GLUE_VERSIONS:
        raise invalid(f"GlueVersion {version} is not valid: Glue has {', '.join(_GLUE_VERSIONS)}.")


def _describe(job: Job) -> Answer:
    return {**job.definition, "Name": job.name, "CreatedOn": job.created, "LastModifiedOn": job.modified}
