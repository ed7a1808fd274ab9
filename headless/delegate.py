"""Commands with a command line of their own; those of the training room are an extra."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from .report import EXIT_FAILED, complain

MODULES = {
    "train": "..training.command",
    "evaluate": "..training.evaluation.command",
    "cameo": ".cameo_command",
    "guard": ".guard_command",
    "verify": ".verify_command",
    "storyboard": ".storyboard_command",
}
EXTRA_PACKAGES = frozenset({"pymunk", "skia", "scipy"})


def delegate(command: str, argv: Sequence[str]) -> int:
    """Run ``main(argv)`` of the command's module; return its exit code."""
    try:
        module = importlib.import_module(MODULES[command], __package__)
        return int(module.main(list(argv)) or 0)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in EXTRA_PACKAGES:
            raise
        complain(
            f"hibari: {command} needs the package {error.name}, which is not installed; install it "
            'with: pip install "hibari[train]"'
        )
        return EXIT_FAILED
