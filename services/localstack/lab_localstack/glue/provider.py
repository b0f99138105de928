"""Glue as LocalStack serves it: catalog, jobs and tags. Whatever has no operation here is refused by the base."""

from localstack.state import StateVisitor

from lab_localstack.glue.databases import DatabaseOperations
from lab_localstack.glue.job_runs import JobRunOperations
from lab_localstack.glue.jobs import JobOperations
from lab_localstack.glue.store import STORES
from lab_localstack.glue.tables import TableOperations
from lab_localstack.glue.tags import TagOperations


class GlueProvider(DatabaseOperations, TableOperations, JobOperations, JobRunOperations, TagOperations):
    """All operations over one store."""

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(STORES)
