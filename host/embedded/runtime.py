"""MODEL, CLIP and VAE around the networks of a checkpoint, loaded onto the compute device.

The holders are light: the methods and attributes of ComfyUI's that blocks use, and no memory
management. The networks are imported when the first one is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...model.checkpoint import Checkpoint
    from .audio_codec import AudioCodec
    from .diffusion_model import Model
    from .text_encoder import Clip
    from .video_codec import VideoCodec


def make_model(file: Checkpoint) -> Model:
    """MODEL: the transformer.

    Raises:
        CheckpointError: the file has no usable transformer.
    """
    from .device import compute_device
    from .diffusion_model import Model

    return Model(file.load_transformer(compute_device()))


def make_clip(file: Checkpoint) -> Clip | None:
    """CLIP: the text encoder; None where the file has none of ours.

    Raises:
        CheckpointError: it has one that cannot be used.
    """
    from ...model.checkpoint.layout import TEXT_ENCODER
    from .device import compute_device
    from .text_encoder import Clip

    return Clip(file.load_text_encoder(compute_device())) if file.has(TEXT_ENCODER) else None


def make_video_vae(file: Checkpoint) -> VideoCodec:
    """VAE of the picture.

    Raises:
        CheckpointError: the file has no usable video VAE.
    """
    from .device import compute_device
    from .video_codec import VideoCodec

    return VideoCodec(file.load_video_vae(compute_device()))


def make_audio_vae(file: Checkpoint) -> AudioCodec:
    """VAE of the sound.

    Raises:
        CheckpointError: the file lacks a usable audio VAE or vocoder.
    """
    from .audio_codec import AudioCodec
    from .device import compute_device

    device = compute_device()
    return AudioCodec(file.load_audio_vae(device), file.load_sounding(device))
