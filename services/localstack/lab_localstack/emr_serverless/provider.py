"""EMR Serverless as LocalStack serves it. Whatever has no operation here is refused by the base."""

from localstack.state import StateVisitor

from lab_localstack.emr_serverless.applications import ApplicationOperations
from lab_localstack.emr_serverless.job_runs import JobRunOperations
from lab_localstack.emr_serverless.store import STORES
from lab_localstack.emr_serverless.tags import TagOperations


class EmrServerlessProvider(ApplicationOperations, JobRunOperations, TagOperations):
    """All operations over one store."""

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(STORES)
