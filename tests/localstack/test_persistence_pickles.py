"""What stores hold beside data, as bytes and back."""

import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from lab_localstack.glue.store import Table
from lab_localstack.persistence import pickles


class Counts(defaultdict[str, int]):
    """A defaultdict whose __init__ takes something else, as moto's are."""

    def __init__(self, name: str) -> None:
        super().__init__(int)
        self.name = name


class Named:
    """Refers to itself by a closure, as SQS' queues do."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ask: Callable[[], str] = lambda: self.name


def through(value: Any) -> Any:
    return pickles.loads(pickles.dumps(value)[0])


@pytest.mark.parametrize("make", [threading.Lock, threading.RLock], ids=["Lock", "RLock"])
def test_a_held_lock_comes_back_free(make: Callable[[], Any]) -> None:
    with (held := make()):
        back = through(held)

    assert type(back) is type(held)
    assert back.acquire(blocking=False)


def test_one_lock_of_two_owners_is_one_lock_afterwards() -> None:
    lock = threading.RLock()
    first, second, condition = through([lock, lock, threading.Condition(lock)])

    assert first is second
    assert condition._lock is first


def test_a_condition_forgets_those_who_waited_and_wakes_those_who_wait() -> None:
    condition = threading.Condition()
    waiting = threading.Thread(target=lambda: condition.acquire() and condition.wait(30))
    waiting.start()
    while not condition._waiters:  # type: ignore[attr-defined]
        pass
    back = through(condition)
    with condition:
        condition.notify_all()
    waiting.join(30)

    assert not back._waiters


def test_a_closure_goes_on_with_the_restored_object() -> None:
    back = through(Named("before"))
    back.name = "after"

    assert back.ask() == "after"


def test_a_defaultdict_with_an_init_of_its_own_keeps_items_attributes_and_default() -> None:
    counts = Counts("kept")
    counts["a"] = 1
    back = through(counts)

    assert (dict(back), back.name, back["new"]) == ({"a": 1}, "kept", 0)


def test_this_packages_classes_are_listed_with_their_fields_wherever_they_are() -> None:
    table = Table("t", created=None, versions=[])  # type: ignore[arg-type]
    _, classes = pickles.dumps({"deep": [table]})

    assert classes == {"lab_localstack.glue.store:Table": ["name", "created", "versions"]}
    assert pickles.find_class("lab_localstack.glue.store:Table") is Table
    assert pickles.find_class("lab_localstack.glue.store:Gone") is None
