"""Runs graphs without ComfyUI, with its semantics."""

from .engine import Engine, RunResult
from .graph import GraphError
from .validation import Validation

__all__ = ["Engine", "GraphError", "RunResult", "Validation"]
