"""MODEL: our transformer as one of ComfyUI's base models, in a real ``ModelPatcher``.

ComfyUI's LTX-2 class already turns conditioning into arguments (text, masks, guides, reference
audio, frame rate), so only the network behind it is replaced. Its layers come from ComfyUI's
operations, so that offloading, casting and LoRA work on them.
"""

from __future__ import annotations

from typing import Any

import comfy.model_management as memory
from comfy import latent_formats, model_base, supported_models
from comfy.model_patcher import CoreModelPatcher, ModelPatcher
from comfy.utils import calculate_parameters, weight_dtype

from ...model.transformer import AVTransformer
from .diffusion_model import HostTransformer


class HostBaseModel(model_base.LTXAV):
    """ComfyUI's LTX-2 base model with our network in it."""

    def __init__(self, model_config: Any, device: Any = None) -> None:
        # The parent's own constructor would build ComfyUI's network.
        model_base.BaseModel.__init__(
            self, model_config, model_base.ModelType.FLUX, device, unet_model=HostTransformer
        )


class HostLatentFormat(latent_formats.LTXAV):
    """LTX-2 latents with a checkpoint's own preview colours: ``factors [128][3]``, ``bias [3]``."""

    def __init__(self, latent_rgb: dict[str, Any]) -> None:
        super().__init__()
        self.latent_rgb_factors = latent_rgb["factors"]
        self.latent_rgb_factors_bias = latent_rgb.get("bias")


class HostModelConfig(supported_models.LTXAV):
    """Entry of our model among ComfyUI's supported models: sampling shift, dtypes, memory."""

    def get_model(self, state_dict: Any, prefix: str = "", device: Any = None) -> HostBaseModel:  # noqa: ARG002
        """The base model, its weights yet to be loaded."""
        return HostBaseModel(self, device)


def make_model(
    transformer: AVTransformer, latent_rgb: dict[str, Any] | None = None
) -> ModelPatcher:
    """MODEL around a loaded transformer; they share tensors unless ComfyUI wants another dtype.

    ``latent_rgb`` colours the previews; without it they show the official model's colours.
    """
    weights = transformer.state_dict()
    config = HostModelConfig(
        {
            "image_model": "ltxav",
            "av_order": transformer.config.av_order,
            **transformer.config.to_metadata(),
        }
    )
    if latent_rgb is not None:
        config.latent_format = HostLatentFormat(latent_rgb)
    device, supported = memory.get_torch_device(), config.supported_inference_dtypes
    dtype = memory.unet_dtype(
        model_params=calculate_parameters(weights),
        supported_dtypes=supported,
        weight_dtype=weight_dtype(weights),
    )
    config.set_inference_dtype(dtype, memory.unet_manual_cast(dtype, device, supported))
    model = config.get_model(weights, device="meta")
    model.diffusion_model.load_state_dict(
        {name: weight.to(dtype) for name, weight in weights.items()}, assign=True
    )
    model.diffusion_model.requires_grad_(False)
    model.device = memory.unet_offload_device()
    return CoreModelPatcher(model, load_device=device, offload_device=model.device)
