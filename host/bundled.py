"""The checkpoint that comes with Hibari: its fixed name in graphs and its file."""

from __future__ import annotations

from pathlib import Path

BUNDLED_CHECKPOINT = "hibari-playground.safetensors"
"""Listed first under this name in every host, so that graphs which use it open everywhere."""

BUNDLED_PATH = Path(__file__).parents[1] / "weights" / BUNDLED_CHECKPOINT
