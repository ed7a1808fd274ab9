"""``ComfyExtension``: how a pack lists its blocks."""

from __future__ import annotations

from collections.abc import Sequence

from ..replacement import Replacement
from .node import ComfyNode


class ComfyExtension:
    """A pack of blocks; ``comfy_entrypoint`` returns one."""

    async def on_load(self) -> None:
        """Prepare whatever the blocks share. Called once, before ``get_node_list``."""

    async def get_node_list(self) -> list[type[ComfyNode]]:
        """Return the block classes of this pack."""
        raise NotImplementedError(f"{type(self).__name__} has no get_node_list")


async def register_replacements(replacements: Sequence[Replacement]) -> None:
    """Take note of nothing: no editor is here to tell, and the command line has the list itself."""
    del replacements
