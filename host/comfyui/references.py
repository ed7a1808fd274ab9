"""Subjects that a clip shows again, under ComfyUI's own sampling: with any sampler and guider.

A conditioning carries them sealed, with two hooks of ComfyUI: one opens them when a run starts (and
refuses the run where they may not be used), the other hands their tokens to the transformer for
exactly the prompts that refer to them. Nothing of them ever lies in a LATENT or a tensor of the
conditioning. Our transformer takes the tokens as they are; ComfyUI's LTX-2 networks take them as
guide latents with places of their own (``keyframe_idxs``) and reference audio (``ref_audio``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import comfy.hooks
import torch
from comfy.ldm.lightricks.model import LTXBaseModel
from comfy.patcher_extension import WrappersMP
from comfy.samplers import CFGGuider
from einops import rearrange
from torch import Tensor

from ...model.sampling.references import (
    REFERENCES,
    Entries,
    Reference,
    SealedReferences,
    Velocities,
    begin,
    guided,
)
from ...model.transformer import TransformerInputs
from .diffusion_model import HostTransformer, as_tensor, per_token
from .guider import HostGuider

OPENED = "hibari_opened_references"
_RUN_REF = comfy.hooks._HookRef()


@dataclass(frozen=True)
class OpenedRun:
    """References of one sampling run, by the id of the sealed ones."""

    by_id: dict[int, tuple[Reference, ...]]


def with_references(conditioning: Any, sealed: SealedReferences) -> list[list[Any]]:
    """A copy of a conditioning that refers to subjects, in place of those it had."""
    begin_hook, token_hook = run_hook(), tokens_hook(sealed)
    told = []
    for context, options in conditioning:
        hooks = comfy.hooks.HookGroup()
        for hook in getattr(options.get("hooks"), "hooks", ()):
            if not isinstance(hook, ReferencesHook):
                hooks.add(hook)
        hooks.add(begin_hook)
        hooks.add(token_hook)
        told.append([context, {**options, REFERENCES: sealed, "hooks": hooks}])
    return told


class ReferencesHook(comfy.hooks.TransformerOptionsHook):
    """A hook of ours."""


def run_hook() -> ReferencesHook:
    """The hook that opens references when a run starts; one for however many conditionings."""
    wrappers = {"wrappers": {WrappersMP.OUTER_SAMPLE: {REFERENCES: [open_for_run]}}}
    hook = ReferencesHook(wrappers, comfy.hooks.EnumHookScope.AllConditioning)
    hook.hook_ref = _RUN_REF
    return hook


def tokens_hook(sealed: SealedReferences) -> ReferencesHook:
    """The hook that gives the tokens of ``sealed`` to the transformer, for its conditionings."""

    def with_tokens(executor: Any, *arguments: Any, **conditions: Any) -> Any:
        return velocities(sealed, executor, list(arguments), conditions)

    wrappers = {"wrappers": {WrappersMP.DIFFUSION_MODEL: {REFERENCES: [with_tokens]}}}
    return ReferencesHook(wrappers, comfy.hooks.EnumHookScope.HookedOnly)


def open_for_run(executor: Any, *arguments: Any, **options: Any) -> Any:
    """ComfyUI's sampling, with the references of its conditionings opened for this run.

    Raises:
        ValueError: they may not be used, or the model takes no references.
    """
    guider = executor.class_obj
    network = guider.model_patcher.model.diffusion_model
    if not isinstance(network, (HostTransformer, LTXBaseModel)):
        raise ValueError(
            f"the model ({type(network).__name__}) takes no cameos; use Hibari's or an LTX-2 model"
        )
    conditionings = {name: entries_of(conds) for name, conds in guider.conds.items()}
    attracting = [
        entries
        for name, entries in conditionings.items()
        if name != "negative" or not keeps_away_from_negative(guider)
    ]
    clips = len(arguments[0])  # of noise, in which both streams are packed
    opened = OpenedRun(begin(list(conditionings.values()), attracting, clips))
    guider.model_options["transformer_options"][OPENED] = opened
    try:
        return executor(*arguments, **options)
    finally:
        del guider.model_options["transformer_options"][OPENED]


def entries_of(conds: Sequence[dict[str, Any]]) -> Entries:
    """(context, options) of the conditionings inside a guider."""
    return [(cond.get("cross_attn"), cond) for cond in conds]


def keeps_away_from_negative(guider: Any) -> bool:
    """Whether the guider surely moves away from its negative prompt, which then may say anything.

    A scale below 1 moves towards it, and guiders we do not know might.
    """
    if isinstance(guider, HostGuider):
        return not guider.guidance.follows_negative
    return type(guider) is CFGGuider and guider.cfg >= 1


def velocities(
    sealed: SealedReferences, executor: Any, arguments: list[Any], conditions: dict[str, Any]
) -> Any:
    """What the network says with the references, guidance towards them included.

    ``arguments`` are latents, noise levels, context, mask, frame rate, options, keyframes.
    """
    latents, options = arguments[0], arguments[5]
    opened = options.get(OPENED)
    if opened is None or id(sealed) not in opened.by_id:
        raise ValueError(
            "the cameo was not checked when sampling started; sample with Hibari Sample, KSampler "
            "or SamplerCustomAdvanced"
        )
    joint = isinstance(latents, list) and len(latents) > 1

    def predict(inputs: TransformerInputs) -> Velocities:
        own = isinstance(executor.class_obj, HostTransformer)
        given = as_conditions(inputs) if own else {}
        more = reference_audio(inputs, conditions.get("ref_audio")) if joint else {}
        if own or inputs.reference_video is None:
            made = executor(*arguments, **{**conditions, **given, **more})
        else:
            made = as_guides(inputs, executor, arguments, {**conditions, **more})
        return (made[0], made[1]) if joint else (as_tensor(made), None)

    plain = TransformerInputs(frame_rate=float(arguments[4]))
    video, audio = guided(predict, plain, opened.by_id[id(sealed)])
    return [video, audio] if joint else ([video] if isinstance(latents, list) else video)


def as_conditions(inputs: TransformerInputs) -> dict[str, Any]:
    """The video reference as our transformer takes it in ComfyUI."""
    return {
        "reference_video": inputs.reference_video,
        "reference_coordinates": inputs.reference_coordinates,
    }


def reference_audio(inputs: TransformerInputs, given: dict[str, Any] | None) -> dict[str, Any]:
    """``ref_audio`` with the voices, behind what the conditioning has of its own."""
    if inputs.reference_audio is None:
        return {}
    tokens = inputs.reference_audio
    if given is not None:
        own = given["tokens"]
        tokens = torch.cat((own, tokens.to(own).expand(own.shape[0], -1, -1)), dim=1)
    return {"ref_audio": {"tokens": tokens}}


def as_guides(
    inputs: TransformerInputs, executor: Any, arguments: list[Any], conditions: dict[str, Any]
) -> Any:
    """Run ComfyUI's LTX network with the video reference as guides behind the clip.

    Guides are whole latent frames there, so reference tokens fill frames of the clip's grid in
    order; what is left of the last frame is masked out (below 0), which the network drops.
    """
    latents, timestep, context, mask, frame_rate, options, keyframes = arguments
    video = latents[0] if isinstance(latents, list) else latents
    batch, _, frames, rows, columns = video.shape
    guides, valid, places = packed(inputs, rows * columns)
    grid = {"Y": rows, "X": columns}
    extra = rearrange(guides.to(video), "B (F Y X) C -> B C F Y X", **grid)
    longer = torch.cat((video, extra.expand(batch, -1, -1, -1, -1)), dim=2)
    clean = rearrange(valid.to(video), "B (F Y X) -> B 1 F Y X", **grid)
    clean = clean.expand(batch, -1, -1, -1, -1)
    own_mask = conditions.get("denoise_mask")
    if own_mask is None:
        own_mask = video.new_ones(batch, 1, frames, rows, columns)
    own_mask = own_mask[:, :1].expand(batch, 1, frames, rows, columns)
    video_sigma, *audio_sigma = timestep if isinstance(timestep, tuple) else (timestep,)
    sigma = per_token(video_sigma).view(batch, -1).expand(batch, frames * rows * columns)
    sigma = torch.cat((sigma, sigma.new_zeros(batch, guides.shape[1])), dim=1)[..., None]
    places = places.to(video.device, torch.float32).expand(batch, -1, -1, -1)
    made = executor(
        [longer, *latents[1:]] if isinstance(latents, list) else longer,
        (sigma, *audio_sigma) if isinstance(timestep, tuple) else sigma,
        context,
        mask,
        frame_rate,
        options,
        places if keyframes is None else torch.cat((keyframes.to(places), places), dim=2),
        **{
            **conditions,
            "denoise_mask": torch.cat((own_mask, clean), dim=2),
        },
    )
    if isinstance(made, list):
        return [made[0][:, :, :frames], *made[1:]]
    return made[:, :, :frames]


def packed(inputs: TransformerInputs, per_frame: int) -> tuple[Tensor, Tensor, Tensor]:
    """(tokens [1, T, C], mask [1, T], coordinates [1, 3, T, 2]) that fill whole latent frames.

    The mask is 0 (clean) for reference tokens and -1 (drop) for what fills up the last frame.
    """
    tokens, places = inputs.reference_video, inputs.reference_coordinates
    if tokens is None or places is None:
        raise ValueError("there are no video references to pack")
    fill = -tokens.shape[1] % per_frame
    mask = tokens.new_zeros(tokens.shape[:2])
    mask = torch.cat((mask, mask.new_full((tokens.shape[0], fill), -1.0)), dim=1)
    tokens = torch.cat((tokens, tokens.new_zeros(tokens.shape[0], fill, tokens.shape[2])), dim=1)
    places = torch.cat((places, places.new_zeros(*places.shape[:2], fill, 2)), dim=2)
    return tokens, mask, places
