"""Native wires of ComfyUI around the networks of a checkpoint.

Every import is inside a function: a pack that only gets loaded must not build anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...model.checkpoint import CheckpointParts


def make_model(parts: CheckpointParts, latent_rgb: dict[str, Any] | None = None) -> Any:
    """MODEL: a ``ModelPatcher`` around our transformer.

    Raises:
        ValueError: the checkpoint has no transformer.
    """
    from .base_model import make_model

    return make_model(present(parts, "transformer"), latent_rgb)


def make_clip(parts: CheckpointParts) -> Any:
    """CLIP: works with the stock CLIPTextEncode.

    Raises:
        ValueError: the checkpoint has no text encoder of ours.
    """
    from .text_encoder import make_clip

    if parts.text_encoder is None:
        raise ValueError(
            "the checkpoint has no text encoder of its own; wire a CLIP from ComfyUI's "
            "'Load LTXV Audio Text Encoder' block instead"
        )
    return make_clip(parts.text_encoder)


def make_video_vae(parts: CheckpointParts) -> Any:
    """VAE of the picture: works with the stock VAEDecode, VAEDecodeTiled, VAEEncode.

    Raises:
        ValueError: the checkpoint has no video VAE.
    """
    from .vae import make_video_vae

    return make_video_vae(present(parts, "video_vae"))


def make_audio_vae(parts: CheckpointParts) -> Any:
    """VAE of the sound: works with the stock LTXV audio blocks.

    Raises:
        ValueError: the checkpoint lacks the audio VAE or the vocoder.
    """
    from .vae import make_audio_vae

    return make_audio_vae(present(parts, "audio_vae"), present(parts, "vocoder"))


def sample(*arguments: Any, **options: Any) -> Any:
    raise NotImplementedError


def present(parts: CheckpointParts, name: str) -> Any:
    """The part called ``name``.

    Raises:
        ValueError: the checkpoint does not have it.
    """
    part = getattr(parts, name)
    if part is None:
        raise ValueError(
            f"the checkpoint has no {name.replace('_', ' ')}; choose a file that has all parts"
        )
    return part
