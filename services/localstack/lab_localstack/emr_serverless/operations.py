"""What every group of EMR Serverless' operations stands on: the store, its lock, errors as the service words them."""

import secrets
import threading
from collections.abc import Callable, Sequence
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.emr_serverless.store import STORES, Application, EmrServerlessStore, TokenUse
from lab_localstack.pages import Item, UnknownTokenError, page
from lab_localstack.service import AwsError, ServiceProvider

Request = dict[str, Any]
Answer = dict[str, Any]

_PAGE_SIZE = 50


def not_found(sentence: str) -> AwsError:
    return AwsError("ResourceNotFoundException", sentence, status_code=404)


def invalid(sentence: str) -> AwsError:
    return AwsError("ValidationException", sentence)


def not_implemented(sentence: str) -> AwsError:
    return AwsError("NotImplementedException", f"{sentence} It works against AWS itself.", status_code=501)


def new_id() -> str:
    """An id as the service makes them: 16 lower-case letters and digits."""
    return f"00{secrets.token_hex(7)}"


def paged(items: Sequence[Item], name: Callable[[Item], str], request: Request) -> tuple[Sequence[Item], Answer]:
    """The page that a request's nextToken and maxResults ask for, and its nextToken as part of an answer."""
    try:
        shown, token = page(items, name, request.get("nextToken"), int(request.get("maxResults") or _PAGE_SIZE))
    except UnknownTokenError as error:
        raise invalid(str(error)) from error
    return shown, {"nextToken": token} if token else {}


class EmrServerlessOperations(ServiceProvider):
    """Finds what a request means. Every change of a store is made under `lock`."""

    service = "emr-serverless"

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()

    def store(self, context: RequestContext) -> EmrServerlessStore:
        store: EmrServerlessStore = STORES[context.account_id][context.region]
        return store

    def application(self, context: RequestContext, request: Request) -> Application:
        application = self.store(context).applications.get(request["applicationId"])
        if application is None:
            raise not_found(f"Application {request['applicationId']} does not exist")
        return application

    def once(self, context: RequestContext, request: Request, operation: str, operate: Callable[[], Answer]) -> Answer:
        """Operate, or give the earlier answer to the same clientToken. Another request with that token is refused."""
        token = (operation, request["clientToken"])
        with self.lock:
            tokens = self.store(context).tokens
            if token not in tokens:
                tokens[token] = TokenUse(request, operate())
            elif tokens[token].request != request:
                raise AwsError(
                    "ConflictException",
                    f"The client token {request['clientToken']} was used for another {operation}.",
                    status_code=409,
                )
            return tokens[token].answer
