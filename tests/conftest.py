"""No test touches the keys and records of whoever runs it."""

import os
import tempfile

import pytest

_home = tempfile.TemporaryDirectory(prefix="hibari-test-home-")
os.environ["HIBARI_HOME"] = _home.name  # children of the tests inherit it


@pytest.fixture
def own_home(tmp_path, monkeypatch):
    """A fresh home for one test."""
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HIBARI_DATABASE", raising=False)
    return tmp_path / "home"
