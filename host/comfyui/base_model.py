"""MODEL: our transformer as one of ComfyUI's base models, in a real ``ModelPatcher``.

ComfyUI's LTX-2 class already turns conditioning into arguments (text, masks, guides, reference
audio, frame rate), so only the network behind it is replaced. Its layers come from ComfyUI's
operations, so that offloading, casting and LoRA work on them.
"""

from __future__ import annotations

import math
from typing import Any

import comfy.model_management as memory
import torch
from comfy import latent_formats, model_base, model_patcher, supported_models

from ...model.checkpoint import Checkpoint, LatentRgb
from ...model.checkpoint.layout import TRANSFORMER
from .diffusion_model import HostTransformer

# Versions before 0.12 have one patcher only.
CorePatcher = getattr(model_patcher, "CoreModelPatcher", model_patcher.ModelPatcher)


class HostBaseModel(model_base.LTXAV):
    """ComfyUI's LTX-2 base model with our network in it."""

    def __init__(self, model_config: Any, device: Any = None) -> None:
        # The parent's own constructor would build ComfyUI's network.
        model_base.BaseModel.__init__(
            self, model_config, model_base.ModelType.FLUX, device, unet_model=HostTransformer
        )


class HostLatentFormat(latent_formats.LTXAV):
    """LTX-2 latents with a checkpoint's own preview colours."""

    def __init__(self, colours: LatentRgb) -> None:
        super().__init__()
        self.latent_rgb_factors = colours.factors
        self.latent_rgb_factors_bias = colours.bias


class HostModelConfig(supported_models.LTXAV):
    """Entry of our model among ComfyUI's supported models: sampling shift, dtypes, memory."""

    def get_model(self, state_dict: Any, prefix: str = "", device: Any = None) -> HostBaseModel:  # noqa: ARG002
        """The base model, its weights yet to be loaded."""
        return HostBaseModel(self, device)


def load_model(file: Checkpoint, disable_dynamic: bool = False) -> model_patcher.ModelPatcher:
    """MODEL around the transformer of a file, in the dtype that ComfyUI chooses for it.

    Previews take their colours from the file's ``hibari`` metadata (``latent_rgb``); without it
    they show the official model's. ``disable_dynamic`` asks for weights that stay where they are.
    """
    dtype = weight_dtype(file)
    transformer = file.load_transformer(dtype=dtype)
    config = HostModelConfig(
        {
            "image_model": "ltxav",
            "av_order": transformer.config.av_order,
            **transformer.config.to_metadata(),
        }
    )
    if file.info.latent_rgb is not None:
        config.latent_format = HostLatentFormat(file.info.latent_rgb)
    device = memory.get_torch_device()
    config.set_inference_dtype(
        dtype, memory.unet_manual_cast(dtype, device, config.supported_inference_dtypes)
    )
    model = config.get_model(None, device="meta")
    model.diffusion_model.load_state_dict(transformer.state_dict(), assign=True)
    model.diffusion_model.requires_grad_(False)
    model.device = memory.unet_offload_device()
    kind = model_patcher.ModelPatcher if disable_dynamic else CorePatcher
    patcher = kind(model, load_device=device, offload_device=model.device)
    # Hooks and further GPUs make ComfyUI load a second copy, by this.
    patcher.cached_patcher_init = (load_model, (file,))
    return patcher


def weight_dtype(file: Checkpoint) -> torch.dtype:
    """Dtype for the transformer's weights, by ComfyUI's rules for this device and its options."""
    stored = [info for name, info in file.tensors.items() if TRANSFORMER.owns(name)]
    largest = max(stored, key=lambda info: math.prod(info.shape), default=None)
    return memory.unet_dtype(
        model_params=sum(math.prod(info.shape) for info in stored),
        supported_dtypes=HostModelConfig.supported_inference_dtypes,
        weight_dtype=largest.dtype if largest else None,
    )
