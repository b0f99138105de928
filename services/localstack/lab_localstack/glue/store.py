"""What Glue remembers for each account and region."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore

from lab_localstack.glue.runs import JobRun


@dataclass(frozen=True)
class TableVersion:
    """A table's definition as one CreateTable or UpdateTable gave it (the API's TableInput)."""

    id: int
    definition: dict[str, Any]
    updated: datetime


@dataclass
class Table:
    """A table with its current version last and the archived ones before it."""

    name: str
    created: datetime
    versions: list[TableVersion]

    @property
    def current(self) -> TableVersion:
        return self.versions[-1]


@dataclass
class Database:
    """A database; `definition` is the API's DatabaseInput."""

    name: str
    definition: dict[str, Any]
    created: datetime
    tables: dict[str, Table] = field(default_factory=dict)


@dataclass
class Job:
    """A job; `definition` is the API's CreateJobRequest or JobUpdate without name and tags."""

    name: str
    definition: dict[str, Any]
    created: datetime
    modified: datetime
    runs: dict[str, JobRun] = field(default_factory=dict)


class GlueStore(BaseStore):
    """One account's catalog, jobs and tags (by ARN) in one region."""

    def __init__(self) -> None:
        self.databases: dict[str, Database] = {}
        self.jobs: dict[str, Job] = {}
        self.tags: dict[str, dict[str, str]] = {}


STORES: AccountRegionBundle[GlueStore] = AccountRegionBundle("glue", GlueStore)


def run_states() -> Hashable:
    """The state of every run: runs move on without a request."""
    jobs = [job for _, _, store in STORES.iter_stores() for job in list(store.jobs.values())]
    return frozenset((run.id, run.state) for job in jobs for run in list(job.runs.values()))
