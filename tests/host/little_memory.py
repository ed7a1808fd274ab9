"""Starts ComfyUI on the CPU as if its device held only a share of each model; not a test itself.

``--lowvram`` and ``--novram`` end in how many bytes of a model ComfyUI loads: what fits, or none.
It takes neither together with ``--cpu``, and without a GPU nothing else; so this gives that number
from the environment variable ``LOADED_SHARE`` (0 to 1) and then runs ComfyUI's own main.py.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path.cwd()))

import comfy.options

comfy.options.enable_args_parsing()

import comfy.model_management as memory  # noqa: E402 - it reads the arguments

SHARE = float(os.environ["LOADED_SHARE"])
LEAST = 0.1
"""Of a byte: ComfyUI's own number for --novram, because 0 means everything."""
load_whole = memory.LoadedModel.model_load


def load_share(self: Any, lowvram_model_memory: float = 0, **options: Any) -> Any:
    """Load as many bytes as a device with little memory would have room for."""
    del lowvram_model_memory  # what ComfyUI chose: everything
    room = SHARE * self.model_memory() - self.model_loaded_memory()
    return load_whole(self, max(LEAST, room), **options)


memory.LoadedModel.model_load = load_share
runpy.run_path("main.py", run_name="__main__")
