"""A tiny transformer stage on made-up latents: no codecs, no files, milliseconds a step."""

import torch
from hibari.model.text import TextEncoderConfig
from hibari.model.transformer import TransformerConfig
from hibari.training.config import DataConfig, RunConfig, TrainConfig
from hibari.training.latent_store import LatentStore
from hibari.training.trainers.flow_batch import Bucket

FRAMES, SIDE = 9, 64
LATENT, AUDIO = (2, 2, 2), 9


def config(folder="", run=None, data=None, layers=1, **objective):
    transformer = TransformerConfig.tiny(connector=False).to_metadata() | {"num_layers": layers}
    text = TextEncoderConfig.tiny().to_metadata()
    usual = {
        "steps": 10,
        "device": "cpu",
        "learning_rate": 3e-3,
        "warmup_steps": 5,
        "precision": "fp32",
        "batch": 8,
    }
    size = {"frames": FRAMES, "height": SIDE, "width": SIDE, "reference_px": SIDE}
    return TrainConfig(
        kind="transformer",
        run=RunConfig(folder=str(folder), **(usual | (run or {}))),
        data=DataConfig(folder="", **({"count": 8} | size | (data or {}))),
        model={"transformer": transformer, "text_encoder": text},
        objective={"frames": [FRAMES], "text_tokens": 8, **objective},
    )


def bucket(count=8, seed=0, references=(), data=None):
    """Clips of random latents."""
    generator = torch.Generator().manual_seed(seed)
    video = torch.randn(count, 128, *LATENT, generator=generator).half()
    audio = torch.randn(count, 8, AUDIO, 16, generator=generator).half()
    captions = [(f"a clip of number {i}",) for i in range(count)]
    store = LatentStore(video, audio, captions, [1 + i % 2 for i in range(count)])
    return Bucket(data or config().data, store, list(references))
