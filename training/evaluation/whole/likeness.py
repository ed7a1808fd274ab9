"""Who speaks, by looks and by voice: features in which the same speaker is near.

One small network turns a picture of a speaker into a direction, another the sound; both learned on
speakers of the world to bring a reference and a clip of the same speaker together (van den Oord et
al. 2018, InfoNCE). The generator has never seen them.
Legend: B pictures or sounds, Y rows, X columns, C channels, A hops.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...world import SAMPLE_RATE
from ..likeness import pitch_of
from .ear import LEVEL, SPREAD
from .lessons import FACE_PX
from .spectrum import BANDS, band_levels

PITCHES = 16
LOWEST_HZ, HIGHEST_HZ = 70.0, 420.0
ALONE, IN_PAIR = 1.0, 0.72
"""Usual size of a speaker who is alone, and of two."""


class Looks(nn.Module):
    """Unit vectors [B, 32] of pictures [B, 96, 96, 3] in 0..255."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _conv(3, 24), _conv(24, 32), _conv(32, 48), _conv(48, 64), nn.Flatten()
        )
        self.out = nn.Linear(36 * 64, width)

    def forward(self, pictures: Tensor) -> Tensor:
        """Directions, one a picture."""
        planes = pictures.permute(0, 3, 1, 2).float() / 64 - 2
        return F.normalize(self.out(self.layers(planes)), dim=1)


def _conv(ins: int, outs: int) -> nn.Sequential:
    conv = nn.Conv2d(ins, outs, 3, 2, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outs), nn.ReLU(inplace=True))


class VoiceFeatures(nn.Module):
    """Unit vectors [B, 24] of what `voice_facts` measures."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm1d(FACTS), nn.Linear(FACTS, 96), nn.ReLU(), nn.Linear(96, width)
        )

    def forward(self, facts: Tensor) -> Tensor:
        """Directions, one a sound."""
        return F.normalize(self.layers(facts), dim=1)


FACTS = 2 * BANDS + PITCHES


def voice_facts(waveform: np.ndarray, rate_hz: int = SAMPLE_RATE) -> np.ndarray:
    """float32 [96]: mean and spread of the loud parts' spectrum, and a bell at the pitch."""
    levels = (band_levels(waveform, rate_hz) - LEVEL) / SPREAD
    loudness = levels.mean(1)
    loud = levels[loudness >= np.quantile(loudness, 0.6)]
    shape = loud.mean(0) - loud.mean()
    mono = np.atleast_2d(waveform).mean(0)
    pitch = np.log(np.clip(pitch_of(mono, rate_hz), LOWEST_HZ, HIGHEST_HZ))
    grid = np.linspace(np.log(LOWEST_HZ), np.log(HIGHEST_HZ), PITCHES)
    bell = np.exp(-(((grid - pitch) / 0.12) ** 2))
    return np.concatenate((shape, loud.std(0), 2 * bell)).astype(np.float32)


def speaker_picture(frames: np.ndarray, mouth_x: float, speakers: int) -> np.ndarray:
    """uint8 [96, 96, 3]: a speaker as large as one who is alone, from the middle frame.

    Args:
        frames: uint8 [F, Y, X, 3].
        mouth_x: of the speaker's mouth in pixels.
        speakers: in the picture, 1 or 2.
    """
    frame = frames[len(frames) // 2]
    height, width = frame.shape[:2]
    side = round(height * (ALONE if speakers == 1 else IN_PAIR))
    left = round(mouth_x - side / 2) if speakers > 1 else round(width / 2 - side / 2)
    pad = side
    wide = np.pad(frame, ((0, 0), (pad, pad), (0, 0)), mode="edge")
    cut = wide[height - side :, left + pad : left + pad + side]
    return _scaled(cut, FACE_PX)


def _scaled(picture: np.ndarray, size: int) -> np.ndarray:
    planes = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    scaled = F.interpolate(planes, (size, size), mode="bilinear", antialias=True)
    return np.asarray(scaled[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy())
