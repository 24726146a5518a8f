"""The script that writes `docs/configuration.md`, as a module."""

import importlib.util
import sys
from types import ModuleType

import pytest
from checkout import ROOT


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    """`docs/generate.py`, which is no part of a package."""
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["docs_generate"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
