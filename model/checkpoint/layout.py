"""Which keys of the file belong to which network: the one table of prefixes and tolerated extras.

Source: LTX-2 single-file checkpoints (2.0 and 2.3) and their loaders.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One network of a checkpoint file.

    Attributes:
        title: its name in messages.
        prefix: removed from its keys, once.
        config_key: its object in the metadata's ``config``.
        tolerated: beginnings of stripped keys that official files carry and nothing reads.
    """

    title: str
    prefix: str
    config_key: str
    tolerated: tuple[str, ...] = ()

    def owns(self, key: str) -> bool:
        """Whether a full key belongs to this network."""
        return key.startswith(self.prefix)

    def tolerates(self, name: str) -> bool:
        """Whether a stripped key that the network lacks is harmless."""
        return name.startswith(self.tolerated)


# Official files also keep statistics (`channel`, `mean-of-stds`, ...) of how the latents were made.
_UNREAD_STATISTICS = ("per_channel_statistics.",)

# The text connectors of official files are part of the transformer, in its keys and its class.
TRANSFORMER = Part("transformer", "model.diffusion_model.", "transformer")
VIDEO_VAE = Part("video VAE", "vae.", "vae", _UNREAD_STATISTICS)
AUDIO_VAE = Part("audio VAE", "audio_vae.", "audio_vae", _UNREAD_STATISTICS)
VOCODER = Part("vocoder", "vocoder.", "vocoder")
PARTIALS = Part("partials", "hibari_partials.", "partials")
TEXT_ENCODER = Part("text encoder", "hibari_text_encoder.", "text_encoder")
TEXT_PROJECTION = Part("text projection", "text_embedding_projection.", "transformer")

PARTS = (
    TRANSFORMER,
    VIDEO_VAE,
    AUDIO_VAE,
    VOCODER,
    PARTIALS,
    TEXT_ENCODER,
    TEXT_PROJECTION,
)

# A key fragment and the family that it gives away; first match wins.
_FOREIGN_FAMILIES = (
    ("lora_", "a LoRA, which changes a model but is none"),
    (".lora.", "a LoRA, which changes a model but is none"),
    ("model.diffusion_model.input_blocks.", "a Stable Diffusion checkpoint"),
    ("joint_blocks.", "a Stable Diffusion 3 checkpoint"),
    ("double_blocks.", "a FLUX or HunyuanVideo checkpoint"),
    ("blocks.0.self_attn.", "a Wan checkpoint"),
    ("adaln_single.", "an LTX-Video checkpoint without sound"),
    ("cond_stage_model.", "a Stable Diffusion checkpoint"),
)


def foreign_family(keys: Iterable[str]) -> str | None:
    """What a file without our keys seems to be, or None where nothing gives it away."""
    keys = tuple(keys)
    for fragment, family in _FOREIGN_FAMILIES:
        if any(fragment in key for key in keys):
            return family
    return None
