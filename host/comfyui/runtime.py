"""Native wires of ComfyUI around the networks of a checkpoint.

Every import is inside a function: a pack that only gets loaded must not build anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ...model.checkpoint import Checkpoint


def make_model(file: Checkpoint) -> Any:
    """MODEL: a ``ModelPatcher`` around our transformer.

    Raises:
        CheckpointError: the file has no usable transformer.
    """
    from .base_model import load_model

    return load_model(file)


def make_clip(file: Checkpoint) -> Any:
    """CLIP for the stock CLIPTextEncode; None where the file has no text encoder of ours.

    Raises:
        CheckpointError: it has one that cannot be used.
    """
    from ...model.checkpoint.layout import TEXT_ENCODER
    from .text_encoder import load_clip

    return load_clip(file) if file.has(TEXT_ENCODER) else None


def make_video_vae(file: Checkpoint) -> Any:
    """VAE of the picture for the stock VAEDecode, VAEDecodeTiled and VAEEncode.

    Raises:
        CheckpointError: the file has no usable video VAE.
    """
    from .vae import load_video_vae

    return load_video_vae(file)


def make_audio_vae(file: Checkpoint) -> Any:
    """VAE of the sound for the stock LTXV audio blocks.

    Raises:
        CheckpointError: the file lacks a usable audio VAE or vocoder.
    """
    from .vae import load_audio_vae

    return load_audio_vae(file)


def sample(*arguments: Any, **options: Any) -> dict[str, Any]:
    """LATENT sampled by one of our samplers; takes what :func:`.sampling.sample` takes."""
    from .sampling import sample

    return sample(*arguments, **options)


def with_references(conditioning: Any, sealed: Any) -> list[list[Any]]:
    """A conditioning that refers to subjects, sealed until sampling starts."""
    from .references import with_references

    return with_references(conditioning, sealed)
