"""Clips to mark: the playground's, and unrelated ones with the textures that watermarks fear.

Clips are frames ``[F, H, W, 3]`` uint8 at 24 frames per second; sounds are ``[2, N]`` at 24 kHz.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from hibari.training.world import ClipSpec, make_clip
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

FPS = 24
RATE_HZ = 24_000
SEED = 20_261
KINDS = ("still", "pan", "gradients", "text", "fast")
WORDS = ("every", "clip", "carries", "its", "label", "in", "picture", "and", "sound")


def playground(count: int, frames: int, height: int = 256, width: int = 256) -> Iterator[tuple]:
    """Yield (name, frames, sound) of rendered clips."""
    for index in range(count):
        yield f"playground {index}", *rendered(index, frames, height, width)


def rendered(index: int, frames: int, height: int = 256, width: int = 256) -> tuple[Tensor, Tensor]:
    """Return frames and sound of one clip of the playground."""
    clip = make_clip(SEED, index, ClipSpec(frames=frames, height=height, width=width, fps=FPS))
    sound = torch.from_numpy(np.asarray(clip.waveform, dtype=np.float32))
    return torch.from_numpy(np.array(clip.frames)), sound


def textured(kind: str, seed: int, frames: int, height: int, width: int) -> Tensor:
    """Return a clip of one of :data:`KINDS`."""
    random = np.random.default_rng(seed)
    base = _coloured_noise(random, height + 2 * frames, width + 2 * frames)
    discs = random.uniform(0.1, 0.9, (5, 6))
    pictures = []
    for t in range(frames):
        if kind == "still":
            picture = base[:height, :width]
        elif kind == "pan":
            picture = base[t : t + height, 2 * t : 2 * t + width]
        elif kind == "gradients":
            picture = _gradients(discs, t / frames, height, width)
        elif kind == "text":
            picture = _text(height, width, t)
        else:
            picture = _thrown(base[:height, :width], discs, t, height, width)
        grain = random.normal(0.0, 1.0, (height, width, 1))  # of a camera
        pictures.append((picture + grain).clip(0, 255).astype(np.uint8))
    return torch.from_numpy(np.stack(pictures))


def sounds(seed: int, seconds: float) -> Iterator[tuple[str, Tensor]]:
    """Yield (name, sound): hiss, notes, blows in silence, speech-like bursts, digital silence."""
    random = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    time = np.arange(count) / RATE_HZ
    hertz = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 30.0)
    pink = np.fft.irfft(np.fft.rfft(random.standard_normal((2, count))) / hertz**0.5, count)
    pink /= pink.std()
    notes, blows = np.zeros(count), np.zeros(count)
    for beat in np.arange(0, seconds, 0.25):
        pitch = 220 * 2 ** (random.integers(0, 24) / 12)
        ring = np.exp(-5 * np.maximum(time - beat, 0)) * (time >= beat)
        notes += ring * sum(np.sin(2 * np.pi * pitch * n * time) / n for n in range(1, 6))
        if random.uniform() < 0.2:
            blows += ring**8 * random.standard_normal(count)
    syllables = np.clip(np.sin(2 * np.pi * 3 * time + random.uniform(0, 6)), 0, 1) ** 2
    for name, sound in (
        ("hiss", 0.1 * pink),
        ("notes", np.stack([notes, 0.8 * notes]) * 0.1),
        ("blows", np.stack([blows, blows]) * 0.2 + 1e-4 * pink),
        ("bursts", 0.15 * pink * syllables + 1e-4 * pink),
        ("silence", np.zeros((2, count))),
    ):
        yield name, torch.from_numpy(sound.astype(np.float32)).clamp(-1, 1)


def _coloured_noise(random: np.random.Generator, rows: int, columns: int) -> NDArray:
    """Noise whose amplitude falls as 1/frequency, as in photographs; ``[rows, columns, 3]``."""
    down, across = np.fft.fftfreq(rows)[:, None], np.fft.fftfreq(columns)[None]
    pitch = np.maximum(np.hypot(down, across), 1 / max(rows, columns))
    layers = [
        np.fft.ifft2(np.fft.fft2(random.standard_normal((rows, columns))) / pitch).real
        for _ in range(4)
    ]
    grey, *colours = (layer / layer.std() for layer in layers)
    return np.stack([128 + 28 * grey + 10 * colour for colour in colours], axis=-1)


def _gradients(discs: NDArray, phase: float, height: int, width: int) -> NDArray:
    """Slow waves of colour, nearly flat everywhere."""
    down, across = np.mgrid[0:height, 0:width] / min(height, width)
    waves = [np.sin(2 * (x * across + y * down) + 6 * (z + phase)) for x, y, z in discs[:3, :3]]
    return 128 + 70 * np.stack(waves, axis=-1)


def _text(height: int, width: int, frame: int) -> NDArray:
    """Dark lines of text that scroll up over paper."""
    page = Image.new("RGB", (width, height), (244, 240, 228))
    draw, size = ImageDraw.Draw(page), max(height // 16, 10)
    font = ImageFont.load_default(size)
    for line in range(height // size + 2):
        words = " ".join(np.roll(WORDS, 3 * line).tolist() * 2)
        draw.text((size, line * size * 1.4 - frame), words, font=font, fill=(40, 40, 48))
    return np.asarray(page, dtype=np.float64)


def _thrown(back: NDArray, discs: NDArray, frame: int, height: int, width: int) -> NDArray:
    """Patterned discs that cross the picture in half a second, over a still background."""
    picture = back.copy()
    down, across = np.mgrid[0:height, 0:width]
    for x, y, speed, angle, colour, size in discs:
        travelled = (0.5 + speed) * width * frame / 12
        centre_x = (x * width + travelled * np.cos(6 * angle)) % width
        centre_y = (y * height + travelled * np.sin(6 * angle)) % height
        radius = (0.06 + 0.08 * size) * height
        inside = (down - centre_y) ** 2 + (across - centre_x) ** 2 < radius**2
        stripes = 30 * np.sign(np.sin((across - centre_x + down) / (2 + 6 * size)))
        picture[inside] = (stripes[..., None] + [60 + 150 * colour, 120, 230 - 180 * colour])[
            inside
        ]
    return picture
