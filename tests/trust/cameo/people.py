"""People with homes of their own, and cameos small enough for tests."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager

import numpy as np
from hibari.trust.cameo.bundle import Header, write_bundle
from hibari.trust.cameo.ledger import Ledger
from hibari.trust.cameo.library import library_folder
from hibari.trust.cameo.rules import Rules
from hibari.trust.identity import current_identity


class Person:
    """One user: a home folder, and with it a key and a ledger."""

    def __init__(self, name, folder):
        self.name, self.home = name, folder / name

    @contextmanager
    def here(self):
        """Act as this user."""
        before = os.environ.get("HIBARI_HOME")
        os.environ["HIBARI_HOME"] = str(self.home)
        try:
            yield self
        finally:
            if before is None:
                del os.environ["HIBARI_HOME"]
            else:
                os.environ["HIBARI_HOME"] = before

    @property
    def card(self):
        with self.here():
            return current_identity().card()


def parts_of(seed=0, voice=True):
    draw = np.random.default_rng(seed)
    parts = {"views": draw.integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)}
    if voice:
        parts["voice"] = draw.integers(-9000, 9000, (2, 24000)).astype(np.int16)
    return parts


def make_cameo(name="Anna", kind="person", rules=None, minor=False, level="attested"):
    """A cameo of the current user, made without a recording."""
    identity = current_identity()
    header = Header(
        id=os.urandom(16).hex(),
        name=name,
        description="a woman with red hair",
        kind=kind,
        owner=identity.public,
        rules=rules or Rules(),
        consent={"text": "I agree", "date": "2026-01-01T00:00:00Z", "challenge": None},
        level=level,
        minor=minor,
        created=int(time.time()),
        sealed_key="",
    )
    bundle = write_bundle(library_folder(), header, parts_of(), identity)
    Ledger().note("enrolled", cameo=header.id, name=name)
    return bundle
