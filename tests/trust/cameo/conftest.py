"""Fixtures: homes for everybody, and a clock."""

from __future__ import annotations

import pytest
from hibari.trust.cameo import ledger as ledger_module


@pytest.fixture(autouse=True)
def own_homes(monkeypatch, tmp_path):
    monkeypatch.setenv("HIBARI_HOME", str(tmp_path / "nobody"))
    monkeypatch.delenv("HIBARI_DATABASE", raising=False)


@pytest.fixture
def clock(monkeypatch):
    """A clock that tests move: ``clock.now += seconds``."""

    class Clock:
        now = 1_790_000_000.0

        def __call__(self):
            return self.now

    moved = Clock()
    original = ledger_module.Ledger.__init__

    def with_clock(self, engine=None, identity=None, clock=moved):
        original(self, engine, identity, clock)

    monkeypatch.setattr(ledger_module.Ledger, "__init__", with_clock)
    return moved
