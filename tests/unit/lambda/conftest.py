"""The two functions as modules: loaded by path, as Lambda does, with the settings their template gives them."""

import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType

import pytest

from scripts import paths
from tests.unit.lambda_settings import SETTINGS


@pytest.fixture
def load_handler(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """`load_handler("archive_records")` is the module handler of that function."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)

    def load(function: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location("handler", paths.ROOT / "lambda" / function / "handler.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, "handler", module)
        spec.loader.exec_module(module)
        return module

    return load
