"""Lists in pages, as AWS gives them: a token says after which item the next page begins."""

import base64
from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


class UnknownTokenError(ValueError):
    """The token is none that a page of this list ended with, or the item it named is gone."""


def page(
    items: Sequence[Item], name: Callable[[Item], str], token: str | None, size: int
) -> tuple[Sequence[Item], str | None]:
    """At most `size` items after the one `token` names, and the token of the next page (None on the last).

    `name` gives each item's unique name. Raises UnknownTokenError.
    """
    start = 0 if token is None else _after(items, name, _decode(token))
    shown = items[start : start + size]
    more = start + size < len(items)
    return shown, _encode(name(shown[-1])) if more else None


def _after(items: Sequence[Item], name: Callable[[Item], str], last: str) -> int:
    for index, item in enumerate(items):
        if name(item) == last:
            return index + 1
    raise UnknownTokenError(f"The list has no item {last!r} any more; start again without a token.")


def _encode(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except ValueError as error:
        raise UnknownTokenError(f"{token!r} is not a token that this list gave.") from error
