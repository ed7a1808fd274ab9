"""Reading the single file: the header at once, tensors only when a part is loaded.

Parts are built without memory (meta device) and take the file's tensors as their own, so a load
never holds a network twice. A part loads strictly: every key present, none left over, every shape
as its configuration says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from ..audio_vae import AudioVae, AudioVaeConfig
from ..text import TextEncoder, TextEncoderConfig, TextProjection
from ..transformer.config import TransformerConfig
from ..transformer.transformer import AVTransformer
from ..video_vae import VideoVae, VideoVaeConfig
from ..vocoder import (
    Partials,
    PartialsConfig,
    TonalVocoder,
    Vocoder,
    VocoderConfig,
    build_vocoder,
)
from . import layout
from .blank import Blank
from .container import CheckpointError, TensorInfo, read_header
from .info import CheckpointInfo
from .layout import Part

Device = torch.device | str
M = TypeVar("M", bound=nn.Module)
SHOWN_KEYS = 3
COMPUTE_DTYPES = (torch.float32, torch.bfloat16, torch.float16)


class Checkpoint:
    """An LTX-2 or Hibari checkpoint file; opening it reads the header only.

    Every ``load_*`` takes ``device``, ``dtype`` and ``operations`` (a namespace of layer classes,
    ``torch.nn`` by default). Without ``dtype``, weights keep their stored type on an accelerator
    and become float32 on the CPU, which has no fast arithmetic for half precision.

    Attributes:
        path: of the file.
        metadata: the header's strings.
        config: the parsed ``config`` object; one object for each part.
        info: name, ``av_order`` and recommended settings.
    """

    def __init__(self, path: str | Path) -> None:
        """Raises CheckpointError: the file is absent, damaged, pickled or of another family."""
        self.path = Path(path)
        self.metadata, self.tensors = read_header(self.path)
        self._check_family()
        self.config = self._json("config")
        self.info = self._read_info()

    def has(self, part: Part) -> bool:
        """Whether the file holds tensors of a part."""
        return any(map(part.owns, self.tensors))

    def load_transformer(
        self, device: Device = "cpu", dtype: torch.dtype | None = None, operations: Any = nn
    ) -> AVTransformer:
        """The audio-video transformer; in official files it has text connectors."""
        config = self._read(
            TransformerConfig.from_metadata, layout.TRANSFORMER, av_order=self.info.av_order
        )
        return self._load(
            layout.TRANSFORMER, partial(AVTransformer, config), device, dtype, operations
        )

    def load_video_vae(
        self, device: Device = "cpu", dtype: torch.dtype | None = None, operations: Any = nn
    ) -> VideoVae:
        """The video VAE with its latent statistics."""
        config = self._read(VideoVaeConfig.from_metadata, layout.VIDEO_VAE)
        return self._load(layout.VIDEO_VAE, partial(VideoVae, config), device, dtype, operations)

    def load_audio_vae(
        self, device: Device = "cpu", dtype: torch.dtype | None = None, operations: Any = nn
    ) -> AudioVae:
        """The audio VAE with its latent statistics."""
        config = self._read(AudioVaeConfig.from_metadata, layout.AUDIO_VAE)
        return self._load(layout.AUDIO_VAE, partial(AudioVae, config), device, dtype, operations)

    def load_vocoder(
        self,
        device: Device = "cpu",
        dtype: torch.dtype | None = torch.float32,
        operations: Any = nn,
    ) -> Vocoder:
        """The vocoder; float32 unless told otherwise, since half precision is audible."""
        config = self._read(VocoderConfig.from_metadata, layout.VOCODER)
        return self._load(layout.VOCODER, partial(build_vocoder, config), device, dtype, operations)

    def load_partials(self, device: Device = "cpu") -> Partials:
        """What finds steady tones in the latents, in float32; our own files may have it."""
        config = self._read(PartialsConfig.from_metadata, layout.PARTIALS)
        build = partial(Partials, config)
        return self._load(layout.PARTIALS, build, device, torch.float32, nn)

    def load_sounding(self, device: Device = "cpu") -> Vocoder:
        """The vocoder in float32, with its partials where the file has them."""
        vocoder = self.load_vocoder(device)
        if not self.has(layout.PARTIALS):
            return vocoder
        return TonalVocoder(vocoder, self.load_partials(device))

    def load_text_encoder(
        self, device: Device = "cpu", dtype: torch.dtype | None = None, operations: Any = nn
    ) -> TextEncoder:
        """The bundled text encoder of our own checkpoints."""
        config = self._read(TextEncoderConfig.from_metadata, layout.TEXT_ENCODER)
        return self._load(
            layout.TEXT_ENCODER, partial(TextEncoder, config), device, dtype, operations
        )

    def load_text_projection(
        self, device: Device = "cpu", dtype: torch.dtype | None = None, operations: Any = nn
    ) -> TextProjection:
        """What lies between Gemma and the text connectors of official files."""
        config = self._read(TransformerConfig.from_metadata, layout.TEXT_PROJECTION)
        widths = (
            (config.caption_channels,)
            if config.caption_projection
            else (config.video.width, config.audio.width)
        )
        build = partial(TextProjection, config.caption_channels, widths)
        return self._load(layout.TEXT_PROJECTION, build, device, dtype, operations)

    def state_dict(
        self, part: Part, device: Device = "cpu", dtype: torch.dtype | None = None
    ) -> dict[str, Tensor]:
        """A part's tensors under stripped keys, as stored unless ``dtype`` is given.

        Raises:
            CheckpointError: the file cannot be read, for example because it changed.
        """
        names = [name for name in self.tensors if part.owns(name)]
        state = {}
        try:
            with safe_open(self.path, framework="pt") as file:
                for name in names:
                    tensor = file.get_tensor(name)
                    state[name.removeprefix(part.prefix)] = tensor.to(device, dtype)
        except (OSError, SafetensorError) as error:
            raise CheckpointError(f"checkpoint {self.path} cannot be read: {error}") from error
        return state

    def _check_family(self) -> None:
        foreign = [n for n in self.tensors if not any(part.owns(n) for part in layout.PARTS)]
        ours = len(self.tensors) - len(foreign)
        is_foreign_transformer = self.has(layout.TRANSFORMER) and not any(
            name.startswith("model.diffusion_model.audio_adaln_single.") for name in self.tensors
        )
        if not ours or is_foreign_transformer:
            family = layout.foreign_family(self.tensors)
            seems = f"it seems to be {family}" if family else "its keys belong to another model"
            raise CheckpointError(
                f"checkpoint {self.path} is not an LTX-2 checkpoint: {seems}; "
                "choose an LTX-2, LTX-2.3 or Hibari file"
            )
        if foreign:
            raise CheckpointError(
                f"checkpoint {self.path} has {len(foreign)} keys of no known part "
                f"({_shown(foreign)}); choose the original file"
            )

    def _read_info(self) -> CheckpointInfo:
        if "hibari" not in self.metadata:
            return CheckpointInfo()
        metadata = self._json("hibari")
        try:
            return CheckpointInfo.from_metadata(metadata)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CheckpointError(f"checkpoint {self.path} cannot be used: {error}") from error

    def _json(self, key: str) -> dict[str, Any]:
        if key not in self.metadata:
            raise CheckpointError(
                f"checkpoint {self.path} has no {key!r} in its metadata, and the weights alone do "
                "not say how to build the networks; choose the original file, not a converted one"
            )
        try:
            value = json.loads(self.metadata[key])
        except (ValueError, RecursionError) as error:
            raise CheckpointError(
                f"checkpoint {self.path} has a {key!r} in its metadata that is not JSON ({error}); "
                "choose the original file"
            ) from error
        if not isinstance(value, dict):
            raise CheckpointError(
                f"checkpoint {self.path} has a {key!r} in its metadata that is no JSON object; "
                "choose the original file"
            )
        return value

    def _read(self, from_metadata: Any, part: Part, **options: Any) -> Any:
        """The part's configuration."""
        section = self.config.get(part.config_key)
        if not section or not self.has(part):
            raise CheckpointError(
                f"checkpoint {self.path} holds no {part.title}; choose a file that has all parts"
            )
        try:
            return from_metadata(section, **options)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise CheckpointError(
                f"checkpoint {self.path} describes a {part.title} that cannot be built: {error}"
            ) from error

    def _load(
        self,
        part: Part,
        build: Callable[..., M],
        device: Device,
        dtype: torch.dtype | None,
        operations: Any,
    ) -> M:
        if dtype is None:
            dtype = self._compute_dtype(part, device)
        with Blank():
            module = build(operations=operations, device="meta", dtype=dtype)
        wanted = module.state_dict()
        self._check_keys(part, wanted)
        stored = self.state_dict(part, device)
        state = {name: stored.pop(name).to(tensor.dtype) for name, tensor in wanted.items()}
        module.load_state_dict(state, assign=True)
        module.eval()
        return module

    def _compute_dtype(self, part: Part, device: Device) -> torch.dtype:
        if torch.device(device).type == "cpu":
            return torch.float32
        owned = [info for name, info in self.tensors.items() if part.owns(name)]
        stored = max(owned, key=lambda info: torch.Size(info.shape).numel()).dtype
        # Eight-bit weights are a way to store, not to compute.
        return stored if stored in COMPUTE_DTYPES else torch.bfloat16

    def _check_keys(self, part: Part, wanted: Mapping[str, Tensor]) -> None:
        """Raises CheckpointError: keys are missing, left over or of another shape."""
        stored: dict[str, TensorInfo] = {
            name.removeprefix(part.prefix): info
            for name, info in self.tensors.items()
            if part.owns(name)
        }
        missing = [name for name in wanted if name not in stored]
        extra = [name for name in stored if name not in wanted and not part.tolerates(name)]
        wrong = [
            f"{name} is {list(stored[name].shape)} instead of {list(wanted[name].shape)}"
            for name in wanted
            if name in stored and stored[name].shape != tuple(wanted[name].shape)
        ]
        quantised = [n for n in wanted if n in stored and not stored[n].dtype.is_floating_point]
        faults = [
            f"{len(names)} {kind} ({_shown(names)})"
            for kind, names in (
                ("missing", missing),
                ("unknown", extra),
                ("of the wrong shape", wrong),
                ("holding integers", quantised),
            )
            if names
        ]
        if faults:
            raise CheckpointError(
                f"checkpoint {self.path} has a {part.title} that does not match its own "
                f"configuration, keys {', '.join(faults)}; choose the original file"
            )


def _shown(names: list[str]) -> str:
    more = len(names) - SHOWN_KEYS
    return ", ".join(names[:SHOWN_KEYS]) + (f" and {more} more" if more > 0 else "")
