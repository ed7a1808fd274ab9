"""Small real files to sign, and the signing of them."""

import numpy as np
import torch
from hibari.host.media import VideoSettings, write_audio, write_png, write_video
from hibari.trust.credentials.contribution import Contribution
from hibari.trust.credentials.manifest import draft_manifest
from hibari.trust.credentials.settings import CredentialSettings
from hibari.trust.credentials.signer import sign_file

MADE = [
    Contribution("model", {"name": "playground", "sha256": "ab" * 32}),
    Contribution("prompt", {"text": "a red ball falls"}),
]


def make_video(path, seed=0, frames=9, size=(64, 96)):
    rng = np.random.default_rng(seed)
    base = rng.integers(0, 255, (size[0] // 8, size[1] // 8, 3)).repeat(8, 0).repeat(8, 1)
    pictures = [np.roll(base, 2 * f, axis=1).astype(np.uint8) for f in range(frames)]
    return write_video(path, pictures, VideoSettings(24), audio=make_sound(seed, frames / 24))


def make_sound(seed=0, seconds=0.5):
    generator = torch.Generator().manual_seed(seed)
    waveform = torch.randn(1, 2, round(24000 * seconds), generator=generator) * 0.1
    return {"waveform": waveform, "sample_rate": 24000}


def make_any(path, seed=0):
    if path.suffix == ".png":
        rng = np.random.default_rng(seed)
        return write_png(path, rng.integers(0, 255, (32, 32, 3), dtype=np.uint8))
    if path.suffix in (".wav", ".flac"):
        return write_audio(path, make_sound(seed))
    return make_video(path, seed)


def sign(source, target, contributions=MADE, settings=None, **more):
    draft = draft_manifest(
        contributions, settings or CredentialSettings(), title=target.name, version="0", **more
    )
    return sign_file(source, target, draft)
