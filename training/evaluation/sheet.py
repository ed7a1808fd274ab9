"""Contact sheets: the pictures and the sound of some clips on one page, for people to look at."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from ...model.audio_transform import resample
from ...model.audio_vae import AudioVaeConfig, log_mel
from ..world import SAMPLE_RATE

FRAME_STEP = 6
PICTURE_HEIGHT, MEL_WIDTH, CAPTION_HEIGHT, MARGIN, GAP = 128, 256, 20, 8, 2
CAPTION_SIZE, TICK = 13, 14
PAPER, INK = (250, 248, 244), (40, 36, 44)
ONSET, CONTACT = (255, 255, 255), (255, 170, 40)
JPEG_QUALITY = 82
QUIET, LOUD = -9.0, 2.0
"""Log-mel values shown darkest and brightest."""
_HEAT = np.array([(10, 8, 30), (90, 20, 110), (220, 70, 70), (252, 200, 110), (255, 252, 220)])


class Moments(Protocol):
    """The part of a reading that a sheet shows: when sounds start, and the first contact."""

    @property
    def onsets_s(self) -> tuple[float, ...]:
        """Rising."""

    @property
    def contact_s(self) -> float | None:
        """None where nothing touches."""


@dataclass(frozen=True, eq=False)
class SheetClip:
    """One strip: frames uint8 [F, H, W, 3], waveform [2, N], caption, and what was read."""

    frames: np.ndarray
    waveform: np.ndarray
    caption: str
    reading: Moments

    def strip(self) -> Image.Image:
        """Every sixth frame side by side, then the mel spectrogram, under the caption.

        In the spectrogram, white marks the first sound at the top and orange the first visible
        contact at the bottom.
        """
        shown = [Image.fromarray(frame) for frame in self.frames[::FRAME_STEP]]
        width = round(PICTURE_HEIGHT * shown[0].width / shown[0].height)
        step = width + GAP
        total = step * len(shown) + MARGIN + MEL_WIDTH
        strip = Image.new("RGB", (total, CAPTION_HEIGHT + PICTURE_HEIGHT), PAPER)
        font = ImageFont.load_default(CAPTION_SIZE)
        ImageDraw.Draw(strip).text((2, 2), _plain(self.caption), INK, font)
        for column, picture in enumerate(shown):
            small = picture.resize((width, PICTURE_HEIGHT), Image.Resampling.BILINEAR)
            strip.paste(small, (column * step, CAPTION_HEIGHT))
        strip.paste(self._spectrogram(), (total - MEL_WIDTH, CAPTION_HEIGHT))
        return strip

    def _spectrogram(self) -> Image.Image:
        config = AudioVaeConfig()
        sound = torch.from_numpy(np.ascontiguousarray(self.waveform, np.float32))[None]
        mel = log_mel(resample(sound, SAMPLE_RATE, config.sample_rate), config)[0].mean(0).numpy()
        share = np.clip((mel.T[::-1] - QUIET) / (LOUD - QUIET), 0, 1) * (len(_HEAT) - 1)
        levels = np.arange(len(_HEAT))
        heat = np.stack([np.interp(share, levels, channel) for channel in _HEAT.T], -1)
        picture = Image.fromarray(heat.astype(np.uint8)).resize((MEL_WIDTH, PICTURE_HEIGHT))
        draw = ImageDraw.Draw(picture)
        duration_s = self.waveform.shape[1] / SAMPLE_RATE
        for onset_s in self.reading.onsets_s[:1]:
            x = onset_s / duration_s * MEL_WIDTH
            draw.line((x, 0, x, TICK), ONSET, 2)
        if self.reading.contact_s is not None:
            x = self.reading.contact_s / duration_s * MEL_WIDTH
            draw.line((x, PICTURE_HEIGHT - TICK, x, PICTURE_HEIGHT), CONTACT, 2)
        return picture


def _plain(caption: str) -> str:
    """The caption without accents, which Pillow's own font does not have."""
    return unicodedata.normalize("NFKD", caption).encode("ascii", "ignore").decode()


def write_sheet(path: Path, strips: list[Image.Image]) -> None:
    """Writes the strips below one another, in one step, as the PNG or JPEG that the name tells.

    Raises:
        OSError: the folder cannot be written.
    """
    height = sum(strip.height + MARGIN for strip in strips)
    sheet = Image.new("RGB", (strips[0].width + 2 * MARGIN, height + MARGIN), PAPER)
    top = MARGIN
    for strip in strips:
        sheet.paste(strip, (MARGIN, top))
        top += strip.height + MARGIN
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    try:
        sheet.save(unfinished, "JPEG" if path.suffix == ".jpg" else "PNG", quality=JPEG_QUALITY)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
