"""Stores as bytes and back: pickle at C's speed, taught what stores hold beside data.

A lock comes back unlocked, a condition without those who waited for it, and a function that has no name of its own (a
lambda, a closure) from its code and the module it stands in. That needs the same Python and the same packages when it
is read, which `generation` checks.
"""

import copyreg
import importlib
import io
import marshal
import pickle
import threading
from collections import defaultdict
from dataclasses import fields, is_dataclass
from types import CellType, FunctionType, ModuleType
from typing import Any

OWN_PACKAGE = "lab_localstack."

Reduced = Any
"""What pickle's reducers give: a function, its arguments, and what `object.__reduce__` allows beside."""


def dumps(value: object) -> tuple[bytes, dict[str, list[str]]]:
    """The value's bytes, and the classes of this package in them with their fields."""
    file = io.BytesIO()
    pickler = _Pickler(file)
    pickler.dump(value)
    return file.getvalue(), {name_of(each): field_names(each) for each in pickler.own_classes}


def loads(data: bytes) -> Any:
    """What `dumps` was given."""
    return pickle.loads(data)  # noqa: S301 - written by this program into its own folder


def name_of(cls: type) -> str:
    """A class's module and name: "lab_localstack.glue.store:Table"."""
    return f"{cls.__module__}:{cls.__qualname__}"


def field_names(cls: type) -> list[str]:
    """What an instance holds, as far as the class says: two versions of a class differ when this does."""
    if is_dataclass(cls):
        return [field.name for field in fields(cls)]
    return list(getattr(cls, "_fields", ()))


def find_class(name: str) -> type | None:
    """The class of this name, or None when there is none any more."""
    module, _, qualified = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in qualified.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        return None
    return found if isinstance(found, type) else None


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)
        self.own_classes: set[type] = set()

    dispatch_table = copyreg.dispatch_table | {
        type(threading.Lock()): lambda _: (threading.Lock, ()),
        type(threading.RLock()): lambda _: (threading.RLock, ()),
        threading.Condition: lambda condition: (threading.Condition, (condition._lock,)),
        CellType: lambda cell: (_cell, (cell.cell_contents,)),
        ModuleType: lambda module: (importlib.import_module, (module.__name__,)),
    }

    def reducer_override(self, value: Any) -> Reduced:
        """Called for every value, before `dispatch_table`: by its kind rather than by its very class."""
        cls = type(value)
        if cls is FunctionType and not _has_a_name(value):
            return _take_apart(value)
        if issubclass(cls, defaultdict) and cls is not defaultdict:
            return _empty, (cls, value.default_factory), vars(value), None, iter(value.items())
        if cls.__module__.startswith(OWN_PACKAGE):
            self.own_classes.add(cls)
        return NotImplemented


def _cell(contents: Any) -> CellType:
    return CellType(contents)  # the type itself has no name that pickle could find


def _empty(cls: type[defaultdict[Any, Any]], factory: Any) -> defaultdict[Any, Any]:
    """A subclass of defaultdict without its __init__, which pickle would call with the factory alone."""
    made = cls.__new__(cls)
    made.default_factory = factory
    return made


def _has_a_name(function: FunctionType) -> bool:
    """Whether pickle finds the function again by its module and name."""
    found: Any = importlib.import_module(function.__module__)
    for part in function.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is function


def _take_apart(function: FunctionType) -> Reduced:
    parts = (function.__module__, marshal.dumps(function.__code__), function.__defaults__, function.__closure__)
    return _put_together, parts


def _put_together(module: str, code: bytes, defaults: Any, closure: Any) -> FunctionType:
    names = vars(importlib.import_module(module))
    return FunctionType(marshal.loads(code), names, None, defaults, closure)  # noqa: S302 - as in `loads`
