"""Where a stripped file finds its way home: watermark and fingerprints lead to the manifest."""

from .registry import Match, Record, Registry

__all__ = ["Match", "Record", "Registry"]
