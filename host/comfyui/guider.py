"""Our guidance as a guider of ComfyUI, so that its patches, LoRAs, hooks and previews apply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from comfy.samplers import CFGGuider, calc_cond_batch
from comfy.utils import pack_latents, unpack_latents
from torch import Tensor

from ...model.sampling.guidance import Branch, Guidance

# What each further evaluation of the positive prompt switches off in the transformer.
ISOLATED = {"a2v_cross_attn": False, "v2a_cross_attn": False}


class HostGuider(CFGGuider):
    """Evaluates the branches of a :class:`Guidance` through ComfyUI and combines them per modality.

    The terms enter as ComfyUI's CFG function, after which patches of the model (post-CFG
    functions) still run; a CFG function that the model already has takes its place.
    """

    def __init__(self, model: Any, guidance: Guidance, positive: Any, negative: Any | None) -> None:
        """Raises ValueError: guidance needs a negative conditioning and there is none."""
        super().__init__(model)
        self.guidance = guidance
        self.shapes: Sequence[Any] = ()
        self._act(guidance)
        if negative is None and "negative" in guidance.branches():
            raise ValueError(
                f"guidance {guidance.video_cfg:g} for video and {guidance.audio_cfg:g} for audio "
                "compares with a negative prompt, and there is none; give one (it may be empty) or "
                "set both to 1"
            )
        given = {"positive": positive} | ({} if negative is None else {"negative": negative})
        self.inner_set_conds(given)

    def sample(self, noise: Any, latent_image: Any, *args: Any, **kwargs: Any) -> Any:
        """ComfyUI's sampling, which packs the streams into one tensor; their shapes are kept."""
        nested = getattr(latent_image, "is_nested", False)
        streams = latent_image.unbind() if nested else [latent_image]
        self.shapes = [tensor.shape for tensor in streams]
        return super().sample(noise, latent_image, *args, **kwargs)

    def _act(self, guidance: Guidance) -> None:
        """From now on guide by these weights."""
        self.acting = guidance
        # What patches of the model see as the scale.
        self.cfg = guidance.video_cfg
        axes = {len(shape) for shape in self.shapes}
        self.branches: tuple[Branch, ...] = guidance.branches(video=5 in axes, audio=4 in axes)

    def predict_noise(
        self, x: Tensor, timestep: Tensor, model_options: Any = None, seed: int | None = None
    ) -> Tensor:
        """Guided clean latents at ``x``."""
        self._act(self.guidance.at(float(timestep.max())))
        options = {"sampler_cfg_function": self.combine, **(model_options or {})}
        if "negative" in self.branches:
            # ComfyUI would leave it out where the scale of the video is 1.
            options["disable_cfg1_optimization"] = True
        return super().predict_noise(x, timestep, options, seed)

    def combine(self, evaluated: dict[str, Any]) -> Tensor:
        """ComfyUI's CFG function: the step from ``input`` to the guided prediction."""
        predictions = {"positive": evaluated["cond_denoised"]}
        if "negative" in self.branches:
            predictions["negative"] = evaluated["uncond_denoised"]
        if "perturbed" in self.branches:
            skipped = {"stg_self_attn_blocks": self.acting.stg_blocks}
            predictions["perturbed"] = self.evaluate_again(evaluated, skipped)
        if "isolated" in self.branches:
            predictions["isolated"] = self.evaluate_again(evaluated, ISOLATED)
        streams = {name: unpack_latents(x, self.shapes) for name, x in predictions.items()}
        guided = [
            self.acting.combine(self.scale(shape), {name: x[i] for name, x in streams.items()})
            for i, shape in enumerate(self.shapes)
        ]
        return evaluated["input"] - (pack_latents(guided)[0] if len(guided) > 1 else guided[0])

    def scale(self, shape: Sequence[int]) -> float:
        """Classifier-free guidance of the stream of that shape."""
        return self.acting.video_cfg if len(shape) == 5 else self.acting.audio_cfg

    def evaluate_again(self, evaluated: dict[str, Any], switches: dict[str, Any]) -> Tensor:
        """The positive prediction with something switched off in the transformer."""
        options = evaluated["model_options"]
        transformer = {**options.get("transformer_options", {}), **switches}
        options = {**options, "transformer_options": transformer}
        return calc_cond_batch(
            evaluated["model"],
            [evaluated["input_cond"]],
            evaluated["input"],
            evaluated["sigma"],
            options,
        )[0]
