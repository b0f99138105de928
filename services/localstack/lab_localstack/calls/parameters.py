"""A call's parameters, without what would make every call another: an example, sizes, and the pattern they follow."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

MEMBERS = 20
"""The members of a list that an example keeps; `sizes` has how many there were."""

LETTERS = 2048
"""The letters of a string that an example keeps: no name, path or ARN is longer."""

_OPAQUE = ("Token", "Iterator", "Handle", "Marker", "UploadId", "VersionId", "SequenceNumber")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBERED = re.compile(r"[A-Za-z]*\d[A-Za-z0-9]*")


def example(value: Any) -> Any:
    """The parameters as JSON has them; bytes and streams become {"$bytes": how many} and {"$stream": true}."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return value[:LETTERS]
        case bytes() | bytearray():
            return {"$bytes": len(value)}
        case Mapping():
            return {name: example(each) for name, each in value.items() if each is not None}
        case Sequence():
            return [example(each) for each in value[:MEMBERS]]
    return value.isoformat() if isinstance(value, datetime) else {"$stream": True}


def measure(value: Any, sizes: dict[str, int], path: str) -> bool:
    """Raise the sizes by path (`Records`, `Records[].Data`) to those of `value`; whether one of them grew.

    The size of a string is its length in UTF-8, of a list or map its number of members, of a number its value.
    """
    grown = False
    match value:
        case str():
            size = len(value) if value.isascii() else len(value.encode())
        case int():
            size = int(value)
        case bytes() | bytearray():
            size = len(value)
        case Mapping():
            size = len(value)
            for name, each in value.items():
                grown |= measure(each, sizes, f"{path}.{name}")
        case Sequence():
            size = len(value)
            for each in value:
                grown |= measure(each, sizes, f"{path}[]")
        case _:
            return False
    if size <= sizes.get(path, -1):
        return grown
    sizes[path] = size
    return True


def pattern(value: Any) -> str:
    """What calls of one kind have in common: names and words stay, anything numbered becomes #, lists their first."""
    match value:
        case str():
            return _NUMBERED.sub("#", _UUID.sub("#", value[:LETTERS]))
        case Mapping():
            members = (f"{name}:{'#' if name.endswith(_OPAQUE) else pattern(each)}" for name, each in value.items())
            return f"{{{','.join(sorted(members))}}}"
        case bytes() | bytearray():
            return "#"
        case Sequence():
            return f"[{pattern(value[0])}]" if value else "[]"
        case bool() | None:
            return str(value)
        case _:
            return "#"
