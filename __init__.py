"""Hibari: a sentence becomes a video with its sound, as ComfyUI blocks and as a command line.

ComfyUI loads this folder as a node pack through ``comfy_entrypoint``; Python imports it as the
package ``hibari``. Nothing heavy is imported here (the start-up cost of a node pack is everyone's).
"""

from typing import Any

__version__ = "0.1.0"
# Help pages in docs/, which editors find by node id and language; there is no script.
WEB_DIRECTORY = "./web"


async def comfy_entrypoint() -> Any:
    """Return the pack's ``ComfyExtension``; ComfyUI calls this once at start."""
    from .nodes import HibariExtension

    return HibariExtension()
