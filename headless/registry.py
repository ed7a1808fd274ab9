"""All blocks that run here: ours, and those of ComfyUI's core that graphs with ours use."""

from __future__ import annotations

import asyncio

from ..host.embedded.io import ComfyNode


def load_blocks() -> dict[str, type[ComfyNode]]:
    """Block classes by class type."""
    from ..nodes import HibariExtension
    from .core_blocks import CORE_BLOCKS

    async def ours() -> list[type[ComfyNode]]:
        extension = HibariExtension()
        await extension.on_load()
        return await extension.get_node_list()

    blocks = (*CORE_BLOCKS, *asyncio.run(ours()))
    return {block.define_schema().node_id: block for block in blocks}
