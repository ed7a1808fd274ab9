"""Fixtures of the tests against a real ComfyUI: one server for the whole session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hibari.model.audio_vae import AudioVae, AudioVaeConfig
from hibari.model.checkpoint import CheckpointInfo, CheckpointParts, save_checkpoint
from hibari.model.text import TextEncoder, TextEncoderConfig
from hibari.model.transformer import AVTransformer, TransformerConfig
from hibari.model.video_vae import VideoVae, VideoVaeConfig
from hibari.model.vocoder import VocoderConfig, build_vocoder

from .comfyui_graphs import CHECKPOINT
from .comfyui_process import ComfyUIProcess


@pytest.fixture(scope="session")
def comfyui_installation() -> tuple[Path, Path]:
    """(tree, python) of a ComfyUI; skips with the reason when none is named."""
    folder, python = os.environ.get("COMFYUI_DIR"), os.environ.get("COMFYUI_PYTHON")
    if not folder or not python:
        pytest.skip("COMFYUI_DIR and COMFYUI_PYTHON do not name a ComfyUI and its interpreter")
    return Path(folder), Path(python)


@pytest.fixture(scope="session")
def comfyui(
    comfyui_installation: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyUIProcess]:
    """A running server with this pack and a tiny checkpoint of random weights."""
    server = ComfyUIProcess(*comfyui_installation, tmp_path_factory.mktemp("comfyui"))
    try:
        save_tiny_checkpoint(server.base / "models" / "checkpoints" / CHECKPOINT)
        server.wait_until_ready()
        yield server
    finally:
        server.stop()


def save_tiny_checkpoint(path: Path) -> None:
    """A whole checkpoint of random weights, a few hundred kilobytes."""
    torch.manual_seed(0)
    transformer = AVTransformer(TransformerConfig.tiny(connector=False))
    for weight in transformer.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    parts = CheckpointParts(
        transformer=transformer,
        video_vae=VideoVae(VideoVaeConfig.tiny()),
        audio_vae=AudioVae(AudioVaeConfig.tiny()),
        vocoder=build_vocoder(VocoderConfig.tiny()),
        text_encoder=TextEncoder(TextEncoderConfig.tiny()),
    )
    save_checkpoint(path, parts, CheckpointInfo("tiny"))
