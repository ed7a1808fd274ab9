"""A drawn face that OpenCV's cascade takes for one, and recordings of it."""

from __future__ import annotations

import numpy as np

SKIN, HAIR, BACK = (205, 170, 150), (60, 40, 30), 150


def face(size=320, radius=70, seed=0):
    """A picture uint8 [size, size, 3] with a face of about twice ``radius`` in its middle."""
    import cv2

    draw = np.random.default_rng(seed)
    noise = draw.normal(0, 6, (size, size, 3))
    picture = np.clip(BACK + noise, 0, 255).astype(np.uint8)
    x = y = size // 2

    def oval(dx, dy, width, height, colour, start=0, end=360):
        middle = (x + round(dx * radius), y + round(dy * radius))
        axes = (max(1, round(width * radius)), max(1, round(height * radius)))
        cv2.ellipse(picture, middle, axes, 0, start, end, colour, -1)

    oval(0, 1.9, 1.5, 0.8, (90, 60, 60))
    oval(0, 0, 0.78, 1.0, SKIN)
    oval(0, -0.55, 0.8, 0.6, HAIR, 180, 360)
    for side in (-1, 1):
        oval(side * 0.33, -0.29, 0.2, 0.05, (70, 45, 35))
        oval(side * 0.33, -0.12, 0.2, 0.11, (130, 95, 85))
        oval(side * 0.33, -0.12, 0.16, 0.08, (235, 235, 235))
        oval(side * 0.33, -0.12, 0.075, 0.075, (40, 25, 20))
    oval(0, 0.2, 0.1, 0.22, (225, 195, 175))
    oval(0, 0.36, 0.14, 0.05, (140, 100, 90), 0, 180)
    oval(0, 0.58, 0.28, 0.07, (150, 70, 70))
    return picture


def frames_of_a_face(count=6, **options):
    """Frames uint8 [F, Y, X, 3] of one face, with differing noise."""
    return np.stack([face(seed=seed, **options) for seed in range(count)])


def speech(seconds=3.0, rate_hz=16000, level=0.3, noise=0.001):
    """Something like speech [1, N]: bursts of a buzzing tone with pauses."""
    draw = np.random.default_rng(0)
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    buzz = sum(np.sin(2 * np.pi * 140 * k * time_s) / k for k in range(1, 9))
    bursts = (np.sin(2 * np.pi * 1.3 * time_s) > -0.3).astype(float)
    wave = level * buzz / np.abs(buzz).max() * bursts + noise * draw.standard_normal(len(time_s))
    return wave[None].astype(np.float32)
