"""The results of all stages as one checkpoint file in the LTX-2 format, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..model.audio_vae import AudioVae, AudioVaeConfig
from ..model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    CheckpointParts,
    Recommended,
    layout,
    save_checkpoint,
)
from ..model.checkpoint.details import details_from
from ..model.text import TextEncoder, TextEncoderConfig
from ..model.transformer import AVTransformer, TransformerConfig
from ..model.video_vae import VideoVae, VideoVaeConfig
from ..model.vocoder import Partials, PartialsConfig, VocoderConfig, build_vocoder
from .latent_rgb import fit_latent_rgb, playground_frames
from .state import read_tensors_with_config, save_tensors

STAGES: dict[str, dict[str, layout.Part]] = {
    "video_vae": {"vae": layout.VIDEO_VAE},
    "audio_vae": {"audio_vae": layout.AUDIO_VAE},
    "vocoder": {"vocoder": layout.VOCODER},
    "partials": {"partials": layout.PARTIALS},
    "transformer": {"transformer": layout.TRANSFORMER, "text_encoder": layout.TEXT_ENCODER},
}
"""The parts that each stage trains, by their names in the configuration."""
OPTIONAL = ("partials", "transformer")
"""Stages that a checkpoint may lack."""

PLAYGROUND = CheckpointInfo(
    name="Hibari playground",
    av_order="comfy",
    recommended=Recommended(steps=12, guidance=2.0, width=256, height=256, seconds=2.0, fps=24.0),
)


CODECS = replace(PLAYGROUND, name="Hibari playground codecs")


def bundle(
    runs: Path,
    out: Path,
    info: CheckpointInfo = PLAYGROUND,
    transformer_run: str | None = "transformer",
) -> None:
    """Write ``out`` in bf16 from ``runs/<stage>/<stage>.safetensors`` of all stages.

    Partials are left out where that stage was not run.

    A decoder that was sharpened afterwards, ``runs/video_decoder``, takes the place of the first.
    ``transformer_run`` names the folder of the transformer, which may be that of a distillation;
    what it recommends and what it learned go into the checkpoint's own metadata. None leaves the
    transformer and its text encoder out.

    Preview colours are fitted to the video VAE on the way.

    Raises:
        FileNotFoundError: a stage has no result yet.
        ValueError: a result is damaged, or does not fit its own configuration.
    """
    paths = {name: runs / name / f"{name}.safetensors" for name in STAGES}
    if transformer_run is None:
        del paths["transformer"]
    else:
        paths["transformer"] = runs / transformer_run / "transformer.safetensors"
    if not paths["partials"].is_file():
        del paths["partials"]
    sharpened = runs / "video_decoder" / "video_vae.safetensors"
    if sharpened.is_file():
        paths["video_vae"] = sharpened
    stages = {name: read_tensors_with_config(path) for name, path in paths.items()}
    config = {name: facts for name, (_, facts) in stages.items()}
    video_vae = VideoVae(VideoVaeConfig.from_metadata(config["video_vae"]["vae"]))
    audio_vae = AudioVae(AudioVaeConfig.from_metadata(config["audio_vae"]["audio_vae"]))
    vocoder = build_vocoder(VocoderConfig.from_metadata(config["vocoder"]["vocoder"]))
    modules: dict[str, nn.Module] = {
        "video_vae": video_vae,
        "audio_vae": audio_vae,
        "vocoder": vocoder,
    }
    parts = CheckpointParts(None, video_vae, audio_vae, vocoder)
    if tones := config.get("partials"):
        partials = Partials(PartialsConfig.from_metadata(tones["partials"]))
        modules["partials"] = partials
        parts = replace(parts, partials=partials)
    if networks := config.get("transformer"):
        transformer = AVTransformer(TransformerConfig.from_metadata(networks["transformer"]))
        text_encoder = TextEncoder(TextEncoderConfig.from_metadata(networks["text_encoder"]))
        modules["transformer"] = nn.ModuleDict(
            {"transformer": transformer, "text_encoder": text_encoder}
        )
        parts = replace(parts, transformer=transformer, text_encoder=text_encoder)
        info = _with_facts(info, networks.get("hibari", {}))
    for name, module in modules.items():
        _load(module, stages[name][0], name)
    colours = fit_latent_rgb(video_vae.eval(), playground_frames())
    save_checkpoint(out, parts, replace(info, latent_rgb=colours), torch.bfloat16)


def _with_facts(info: CheckpointInfo, facts: Mapping[str, Any]) -> CheckpointInfo:
    """The information with what the transformer's training tells about it."""
    advice = dict(facts.get("recommended", {}))
    if advice.get("sigmas") is not None:
        advice["sigmas"] = tuple(advice["sigmas"])
    advice["details"] = details_from(advice.get("details", ()))
    return replace(
        info,
        recommended=replace(info.recommended, **advice),
        trained_with_references=bool(facts.get("trained_with_references", False)),
    )


def _facts(info: CheckpointInfo) -> dict[str, Any]:
    """What `_with_facts` puts into the information."""
    names = ("steps", "guidance", "audio_guidance", "sigmas", "details")
    advice = asdict(info.recommended)
    return {
        "recommended": {name: advice[name] for name in names if advice[name] not in (None, ())},
        "trained_with_references": info.trained_with_references,
    }


def unbundle(checkpoint: Path, runs: Path) -> None:
    """Write the stages' results of a checkpoint below ``runs``, so that training can go on from it.

    Weights come back in float32, as precise as the checkpoint keeps them. A checkpoint of codecs
    alone gives theirs.

    Raises:
        CheckpointError: the checkpoint is absent, damaged or of another family.
        ValueError: a part is missing, or ``runs`` already holds another result.
    """
    source = Checkpoint(checkpoint)
    for stage, parts in STAGES.items():
        if stage in OPTIONAL and not any(map(source.has, parts.values())):
            continue
        path = runs / stage / f"{stage}.safetensors"
        tensors = {}
        for name, part in parts.items():
            if not source.has(part):
                raise ValueError(f"{checkpoint} holds no {name}; give a whole Hibari checkpoint")
            prefix = f"{name}." if len(parts) > 1 else ""
            state = source.state_dict(part, dtype=torch.float32)
            tensors |= {prefix + key: value for key, value in state.items()}
        if path.exists():
            # Stopped on its way, the same command goes on.
            if not _same(read_tensors_with_config(path)[0], tensors):
                raise ValueError(f"{path} holds other weights; name an empty folder for --unbundle")
            continue
        config = {name: source.config[name] for name in parts}
        if stage == "transformer":
            config["hibari"] = _facts(source.info)
        save_tensors(path, tensors, {"config": json.dumps(config)})


def _same(held: dict[str, torch.Tensor], wanted: dict[str, torch.Tensor]) -> bool:
    return held.keys() == wanted.keys() and all(
        torch.equal(tensor, wanted[name]) for name, tensor in held.items()
    )


def _load(module: nn.Module, tensors: dict[str, torch.Tensor], stage: str) -> None:
    try:
        module.load_state_dict(tensors)
    except RuntimeError as error:
        raise ValueError(
            f"the result of {stage} does not fit its configuration: {error}"
        ) from error
