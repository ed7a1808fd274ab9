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


@pytest.fixture
def anna(tmp_path):
    """Somebody with a home of her own, who owns ``cameo``."""
    return _person("anna", tmp_path)


@pytest.fixture
def ben(tmp_path):
    """A friend of hers."""
    return _person("ben", tmp_path)


@pytest.fixture
def eve(tmp_path):
    """Nobody's friend."""
    return _person("eve", tmp_path)


@pytest.fixture
def cameo(anna):
    """Anna's cameo, in her library."""
    from .trust.cameo.people import make_cameo

    with anna.here():
        return make_cameo()


def _person(name, folder):
    from .trust.cameo.people import Person

    return Person(name, folder)
