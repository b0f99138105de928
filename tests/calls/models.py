"""Requests held against botocore's service models: what AWS itself checks before it does anything.

botocore checks names, types and least sizes before it sends; the emulator checks little more, and the Java SDK
neither. Greatest sizes, patterns and enumerations are in the models, and checked here.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import regex
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from tests.calls.recorded import Call

_BEYOND_16_BITS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
"""How Java writes the characters that are two of its own, and how Python does."""

_SENT_BY_SDKS = {"ChecksumMode": {"enabled"}}
"""What AWS's own SDKs send beside the values of the models: the C++ SDK, by which pyarrow reads."""

_NUMBERS = {"integer", "long", "float", "double"}
_MODELS = Loader()


def problems(call: Call) -> list[str]:
    """What the model of the operation says against the call; nothing for a valid one."""
    shape = _input(call.service, call.operation)
    if shape is None:
        return (
            [f"{call.name}: {sorted(call.parameters)} for an operation without parameters"] if call.parameters else []
        )
    found = [*_against(shape, call.parameters, ""), *_sizes(shape, call.sizes)]
    return [f"{call.name} by {call.principal}: {problem}" for problem in found]


@cache
def _input(service: str, operation: str) -> Shape | None:
    model = ServiceModel(_MODELS.load_service_model(service, "service-2"), service)
    shape: Shape | None = model.operation_model(operation).input_shape
    return shape


def _against(shape: Any, value: Any, path: str) -> Iterator[str]:
    match shape.type_name:
        case "structure" if not getattr(shape, "is_document_type", False):
            yield from _structure(shape, value, path)
        case "list":
            for each in value:
                yield from _against(shape.member, each, f"{path}[]")
        case "map":
            for name, each in value.items():
                yield from _against(shape.key, name, f"{path}.{name}")
                yield from _against(shape.value, each, f"{path}.{name}")
        case "string":
            yield from _string(shape, value, path)
        case kind if kind in _NUMBERS and shape.metadata.get("min") is not None:
            if value < shape.metadata["min"]:
                yield f"{path} is {value}, at least {shape.metadata['min']} is valid"


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for missing in set(shape.required_members) - value.keys():
        yield f"{path}.{missing} is required".lstrip(".")
    for name, each in value.items():
        at = f"{path}.{name}".lstrip(".")
        member = shape.members.get(name)
        if member is None:
            yield f"{at} is unknown; valid: {', '.join(shape.members)}"
        else:
            yield from _against(member, each, at)


def _string(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{path} is {value!r}, not a string"
        return
    least, pattern, enum = (shape.metadata.get(name) for name in ("min", "pattern", "enum"))
    if least is not None and len(value) < least:
        yield f"{path} is {value!r}: {len(value)} characters, at least {least} are valid"
    if enum and value not in enum and value not in _SENT_BY_SDKS.get(path, ()):
        yield f"{path} is {value!r}; valid: {', '.join(enum)}"
    if pattern and not regex.fullmatch(pattern.replace(*_BEYOND_16_BITS), value):
        yield f"{path} is {value!r}; valid is what matches {pattern}"


def _sizes(shape: Any, sizes: Mapping[str, int]) -> Iterator[str]:
    for path, size in sizes.items():
        found = _shape_at(shape, path)
        greatest = found.metadata.get("max") if found is not None else None
        if greatest is not None and size > greatest:
            yield f"{path} is of size {size}, at most {greatest} is valid"


def most(service: str, operation: str, path: str) -> int | None:
    """The greatest size that the model allows at a path; None where it sets none."""
    found = _shape_at(_input(service, operation), path)
    greatest: int | None = found.metadata.get("max") if found is not None else None
    return greatest


def _shape_at(shape: Any, path: str) -> Any:
    """The shape of what lies at a path of the sizes (`Records[].Data`); None where the model names nothing there."""
    for step in path.replace("[]", ".[]").split("."):
        match shape.type_name if shape is not None else None:
            case "list" if step == "[]":
                shape = shape.member
            case "map":
                shape = shape.value
            case "structure":
                shape = shape.members.get(step)
            case _:
                return None
    return shape
