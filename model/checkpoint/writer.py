"""Writing the single file: all parts, all configuration, ready for every LTX-2 loader."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ..audio_vae import AudioVae
from ..text import TextEncoder
from ..transformer.transformer import AVTransformer
from ..video_vae import VideoVae
from ..vocoder import Partials, TonalVocoder, Vocoder
from . import layout
from .container import write_file
from .families import SCHEDULER
from .info import CheckpointInfo
from .layout import Part

MODEL_VERSION = "2.3.0"


@dataclass
class CheckpointParts:
    """The networks of one checkpoint; a part that is None is not in the file."""

    transformer: AVTransformer | None = None
    video_vae: VideoVae | None = None
    audio_vae: AudioVae | None = None
    vocoder: Vocoder | None = None
    text_encoder: TextEncoder | None = None
    partials: Partials | None = None

    def sounding(self) -> Vocoder | None:
        """The vocoder, with its partials where there are some."""
        if self.vocoder is None or self.partials is None:
            return self.vocoder
        return TonalVocoder(self.vocoder, self.partials)

    def modules(self) -> list[tuple[Part, nn.Module]]:
        """The parts that are there, each with its place in the file."""
        pairs: list[tuple[Part, nn.Module | None]] = [
            (layout.TRANSFORMER, self.transformer),
            (layout.VIDEO_VAE, self.video_vae),
            (layout.AUDIO_VAE, self.audio_vae),
            (layout.VOCODER, self.vocoder),
            (layout.PARTIALS, self.partials),
            (layout.TEXT_ENCODER, self.text_encoder),
        ]
        return [(part, module) for part, module in pairs if module is not None]


def save_checkpoint(
    path: str | Path,
    parts: CheckpointParts,
    info: CheckpointInfo,
    dtype: torch.dtype | None = None,
    model_version: str = MODEL_VERSION,
) -> None:
    """Writes parts and their configurations to one file; the same input gives the same bytes.

    Args:
        path: of the file, ending in ``.safetensors``; replaced in one step if it exists.
        parts: at least one.
        info: name and recommended settings; ``av_order`` is taken from the transformer.
        dtype: float32, bfloat16 or float16 for weights; None keeps theirs. Vectors (norm weights,
            latent statistics) and spectral bases stay float32; vocoder and partials, where the
            rounding of bfloat16 is audible, are then stored as float16, eight times finer.
        model_version: the LTX-2 version whose layout the file has; decides nothing in our loader.

    Raises:
        ValueError: no part, another file ending, or a dtype that is no weight type.
        OSError: the folder cannot be written or is full; an existing file stays as it was.
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"checkpoint {path} does not end in .safetensors; add that to its name")
    if dtype not in (None, torch.float32, torch.bfloat16, torch.float16):
        raise ValueError(f"{dtype} is no weight type; use float32, bfloat16 or float16")
    modules = parts.modules()
    if not modules:
        raise ValueError("there is no part to save; give at least one network")
    config: dict[str, Any] = {"scheduler": SCHEDULER}
    tensors: dict[str, Tensor] = {}
    for part, module in modules:
        config[part.config_key] = _configuration(module)
        for name, tensor in module.state_dict().items():
            wanted = None if dtype is None else _stored_dtype(part, name, tensor, dtype)
            tensors[part.prefix + name] = tensor if wanted is None else tensor.to(wanted)
    if parts.transformer is not None:
        info = replace(info, av_order=parts.transformer.config.av_order)
    metadata = {
        "config": json.dumps(config, sort_keys=True),
        "model_version": model_version,
        "hibari": json.dumps(info.to_metadata(), sort_keys=True),
    }
    write_file(path, tensors, metadata)


def _stored_dtype(part: Part, name: str, tensor: Tensor, dtype: torch.dtype) -> torch.dtype:
    if tensor.ndim < 2 or name.startswith("mel_stft."):
        return torch.float32
    audible = part in (layout.VOCODER, layout.PARTIALS)
    return torch.float16 if audible and dtype == torch.bfloat16 else dtype


def _configuration(module: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = module.config.to_metadata()
    return metadata
