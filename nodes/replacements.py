"""Blocks of others that are no more, and ours that take their place in old graphs."""

from __future__ import annotations

from ..host.replacement import Replacement

# ComfyUI's block for OpenAI's video service, which ended in September 2026. Which of its two models
# was chosen means nothing here.
SORA_2 = Replacement(
    old_id="OpenAIVideoSora2",
    new_id="HibariTextToVideo",
    old_widgets=("model", "prompt", "size", "duration", "seed"),
    inputs={name: name for name in ("prompt", "size", "duration", "image", "seed")},
    outputs={0: 0},
)

REPLACEMENTS = (SORA_2,)
