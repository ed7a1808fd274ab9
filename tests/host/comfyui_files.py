"""Files for the tests against ComfyUI: tiny checkpoints, a LoRA, and what patching should make."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    CheckpointParts,
    LatentRgb,
    Recommended,
    save_checkpoint,
)
from hibari.model.checkpoint.container import read_header, write_file
from hibari.model.checkpoint.layout import TEXT_ENCODER
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer import AVTransformer, TransformerConfig
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import Partials, PartialsConfig, VocoderConfig, build_vocoder
from safetensors.torch import load_file, save_file
from torch import nn

from .comfyui_graphs import AVERAGE, CHECKPOINT, GUIDANCE, LORA, MERGED, OTHER, STEPS, STRENGTH

COLOURS = LatentRgb(
    tuple((0.1 * math.sin(i), 0.1 * math.cos(2 * i), 0.1 * math.sin(3 * i)) for i in range(128)),
    (-0.1, 0.0, 0.2),
)
INFO = CheckpointInfo(
    "tiny", recommended=Recommended(steps=STEPS, guidance=GUIDANCE), latent_rgb=COLOURS
)
LAYERS = ("attn1.to_q", "audio_attn2.to_v", "ff.net.0.proj", "audio_to_video_attn.to_out.0")
RANK = 4


def save_model_files(models: Path) -> None:
    """Two tiny checkpoints, their average, a LoRA, and the first with the LoRA in its weights."""
    folder = models / "checkpoints"
    for seed, name in enumerate((CHECKPOINT, OTHER)):
        save_tiny_checkpoint(folder / name, seed)
    average, merged = (Checkpoint(folder / CHECKPOINT).load_transformer() for _ in range(2))
    other = Checkpoint(folder / OTHER).load_transformer()
    added = save_lora(models / "loras" / LORA, merged)
    with torch.no_grad():
        for name, weight in layer_weights(average):
            weight.add_(other.get_parameter(name)).div_(2)
        for name, change in added.items():
            merged.get_parameter(name).add_(STRENGTH * change)
    save_tiny_checkpoint(folder / AVERAGE, transformer=average)
    save_tiny_checkpoint(folder / MERGED, transformer=merged)


def save_tiny_checkpoint(
    path: Path, seed: int = 0, transformer: AVTransformer | None = None
) -> None:
    """A whole checkpoint of random weights (or with a given transformer), some hundred kB."""
    torch.manual_seed(seed)
    parts = CheckpointParts(
        transformer=transformer or random_transformer(),
        video_vae=VideoVae(VideoVaeConfig.tiny()),
        audio_vae=AudioVae(AudioVaeConfig.tiny()),
        vocoder=build_vocoder(VocoderConfig.tiny()),
        text_encoder=TextEncoder(TextEncoderConfig.tiny()),
        partials=audible_partials(),
    )
    save_checkpoint(path, parts, INFO)


def audible_partials() -> Partials:
    """Random ones that find soft tones in any latents, the same ones in nearly equal latents."""
    partials = Partials(PartialsConfig.tiny())
    with torch.no_grad():
        partials.conv_out.weight.mul_(0.01)
        partials.conv_out.bias.normal_().view(-1, 4)[:, 2:].sub_(6)
    return partials


def save_official_checkpoint(path: Path) -> None:
    """A tiny checkpoint as other tools write LTX-2.3: text connectors, nothing of ours in it."""
    save_tiny_checkpoint(path, transformer=random_transformer(connector=True))
    metadata, _ = read_header(path)
    weights = load_file(path)
    ours = [name for name in weights if TEXT_ENCODER.owns(name)]
    for name in ours:
        del weights[name]
    config = json.loads(metadata["config"])
    del config[TEXT_ENCODER.config_key], metadata["hibari"]
    write_file(path, weights, metadata | {"config": json.dumps(config)})


def random_transformer(connector: bool = False) -> AVTransformer:
    """A tiny transformer whose every weight does something."""
    network = AVTransformer(TransformerConfig.tiny(connector=connector))
    for name, weight in network.named_parameters():
        torch.nn.init.normal_(weight, mean=float(name.endswith("_norm.weight")), std=0.1)
    return network


def layer_weights(network: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Parameters of layers: ComfyUI merges no others (here the modulation tables of blocks)."""
    for prefix, module in network.named_modules():
        if not any(module.children()):
            yield from module.named_parameters(prefix)


def save_lora(path: Path, transformer: AVTransformer) -> dict[str, torch.Tensor]:
    """A LoRA for some layers of every block; return what strength 1 adds, by weight."""
    path.parent.mkdir(exist_ok=True)
    weights, added = {}, {}
    for block in range(transformer.config.layers):
        for layer in LAYERS:
            name = f"transformer_blocks.{block}.{layer}"
            rows, columns = transformer.get_parameter(f"{name}.weight").shape
            up, down = torch.randn(rows, RANK) / 10, torch.randn(RANK, columns)
            weights[f"diffusion_model.{name}.lora_A.weight"] = down
            weights[f"diffusion_model.{name}.lora_B.weight"] = up
            added[f"{name}.weight"] = up @ down
    save_file(weights, path)
    return added
