"""What every group of Glue's operations stands on: the store, its lock, and errors as Glue words them."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.glue.store import STORES, Database, GlueStore, Job
from lab_localstack.pages import Item, UnknownTokenError, page
from lab_localstack.service import AwsError, ServiceProvider

Request = dict[str, Any]
Answer = dict[str, Any]

_PAGE_SIZE = 100


def not_found(sentence: str) -> AwsError:
    return AwsError("EntityNotFoundException", sentence)


def already_exists(sentence: str) -> AwsError:
    return AwsError("AlreadyExistsException", sentence)


def invalid(sentence: str) -> AwsError:
    return AwsError("InvalidInputException", sentence)


def not_implemented(sentence: str) -> AwsError:
    return AwsError("NotImplementedException", f"{sentence} It works against AWS itself.", status_code=501)


def paged(items: Sequence[Item], name: Callable[[Item], str], request: Request) -> tuple[Sequence[Item], Answer]:
    """The page that a request's NextToken and MaxResults ask for, and its NextToken as part of an answer."""
    try:
        shown, token = page(items, name, request.get("NextToken"), request.get("MaxResults") or _PAGE_SIZE)
    except UnknownTokenError as error:
        raise invalid(str(error)) from error
    return shown, {"NextToken": token} if token else {}


class GlueOperations(ServiceProvider):
    """Finds what a request means. Every change of a store is made under `lock`."""

    service = "glue"

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()

    def store(self, context: RequestContext) -> GlueStore:
        store: GlueStore = STORES[context.account_id][context.region]
        return store

    def database(self, context: RequestContext, request: Request, member: str = "DatabaseName") -> Database:
        """The database that a request's member names, in the caller's own catalog."""
        catalog = request.get("CatalogId") or context.account_id
        if catalog != context.account_id:
            raise not_found(f"Catalog {catalog} not found: only the caller's own, {context.account_id}, is there.")
        database = self.store(context).databases.get(request[member].lower())
        if database is None:
            raise not_found(f"Database {request[member]} not found.")
        return database

    def job(self, context: RequestContext, name: str) -> Job:
        job = self.store(context).jobs.get(name)
        if job is None:
            raise not_found(f"Job with name: {name} not found.")
        return job


def arn(context: RequestContext, resource: str) -> str:
    """The ARN of a resource such as "job/clean_viewership"."""
    return f"arn:aws:glue:{context.region}:{context.account_id}:{resource}"
