"""Blocks of ComfyUI's core that graphs with ours use, for running them without ComfyUI.

Same ids, inputs and outputs; none of this is loaded inside ComfyUI, which brings its own.
"""

from ...host.embedded.io import ComfyNode
from . import (
    av_latent,
    codecs,
    conditioning,
    loaders,
    previews,
    primitives,
    samplers,
    savers,
    video,
)

_MODULES = (
    *(loaders, savers, previews, video, primitives),
    *(conditioning, av_latent, samplers, codecs),
)

CORE_BLOCKS: tuple[type[ComfyNode], ...] = tuple(
    block for module in _MODULES for block in module.BLOCKS
)

__all__ = ["CORE_BLOCKS"]
