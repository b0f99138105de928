"""What a service keeps its state in, and how that is taken out and put back.

Containers are module-level objects that providers refer to for good, so a restored state goes into the same objects.
"""

from functools import singledispatch
from typing import Any

from localstack.services.plugins import Service
from localstack.services.stores import AccountRegionBundle
from localstack.state import AssetDirectory, StateVisitor
from moto.core.base_backend import BackendDict

from lab_localstack.kinesis.store import StreamStore

State = Any


def containers_of(service: Service) -> list[Any]:
    """The service's containers, in the order in which it shows them."""
    collector = _Collector()
    service.accept_state_visitor(collector)
    return collector.containers


def take_all(containers: list[Any]) -> list[State]:
    """The state of each container."""
    return [take(container) for container in containers]


def put_all(containers: list[Any], states: list[State]) -> None:
    """Replace the state of each container by what `take_all` gave."""
    for container, state in zip(containers, states, strict=True):
        put(container, state)


class _Collector(StateVisitor):
    def __init__(self) -> None:
        self.containers: list[Any] = []

    def visit(self, state_container: Any) -> None:
        if not isinstance(state_container, AssetDirectory):  # these write their files themselves
            self.containers.append(state_container)


@singledispatch
def take(container: Any) -> State:
    """The state of one container."""
    raise TypeError(f"{type(container).__name__} is no container of state that is known here.")


@singledispatch
def put(container: Any, state: State) -> None:
    """Replace the state of one container."""
    raise TypeError(f"{type(container).__name__} is no container of state that is known here.")


@take.register
def _(container: AccountRegionBundle) -> State:
    return container._universal, dict(container.items())


@put.register
def _(container: AccountRegionBundle, state: State) -> None:
    universal, accounts = state
    container.clear()
    container._universal = universal  # the restored stores share this very object
    container.update(accounts)
    for regions in accounts.values():
        regions.lock = container.lock


@take.register
def _(container: BackendDict) -> State:
    return dict(container.items())


@put.register
def _(container: BackendDict, state: State) -> None:
    container.clear()
    container.update(state)


@take.register
def _(container: StreamStore) -> State:
    return container.snapshot()


@put.register
def _(container: StreamStore, state: State) -> None:
    container.restore(state)
