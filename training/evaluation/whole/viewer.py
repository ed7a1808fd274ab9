"""What kind of clip it is: event and its result, place, time of day, weather, style.

A small convolutional network over 64 rows at 8 frames a second, then over time.
Legend: B clips, F frames, Y rows, X columns, C channels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ...world.scenes.layout import CAMERAS, PLACES, STYLES, TIMES, WEATHERS
from .camera import CameraNamer, camera_steps
from .events import EVENTS
from .lessons import VIEW_PX, shrink

RATE_HZ = 8
HEADS = {
    "event": len(EVENTS),
    "place": len(PLACES),
    "time": len(TIMES),
    "weather": len(WEATHERS),
    "style": len(STYLES),
}
WORDS: dict[str, tuple[str, ...]] = {
    "event": EVENTS,
    "place": PLACES,
    "time": TIMES,
    "weather": WEATHERS,
    "style": STYLES,
}


class Viewer(nn.Module):
    """Logits by head from frames."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.picture = nn.Sequential(_conv(6, 16), _conv(16, 32), _conv(32, width), nn.MaxPool2d(2))
        self.squeeze = nn.Sequential(nn.Linear(16 * width, 96), nn.ReLU(), nn.Dropout(0.2))
        self.time = nn.Sequential(
            nn.Conv1d(96, 96, 3, padding=1), nn.ReLU(), nn.Conv1d(96, 96, 3, padding=1), nn.ReLU()
        )
        self.heads = nn.Sequential(nn.Dropout(0.2), nn.Linear(4 * 96, sum(HEADS.values())))

    def forward(self, frames_BFYXC: Tensor) -> dict[str, Tensor]:
        """Logits [B, words] by head of uint8-valued square frames."""
        clips = len(frames_BFYXC)
        now = frames_BFYXC.float() / 64 - 2
        before = torch.cat((now[:, :1], now[:, :-1]), 1)
        pixels = rearrange([now, 2 * (now - before)], "k B F Y X C -> (B F) (k C) Y X")
        seen = self.squeeze(self.picture(pixels).flatten(1))
        over_time = self.time(rearrange(seen, "(B F) C -> B C F", B=clips))
        ends = over_time[..., 0], over_time[..., -1]
        summary = torch.cat((over_time.mean(2), over_time.amax(2), *ends), 1)
        logits = self.heads(summary).split(list(HEADS.values()), 1)
        return dict(zip(HEADS, logits, strict=True))


def _conv(ins: int, outs: int) -> nn.Sequential:
    conv = nn.Conv2d(ins, outs, 3, 2, 1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outs), nn.ReLU(inplace=True))


@dataclass(frozen=True)
class View:
    """Words for a clip."""

    event: str
    place: str
    time: str
    weather: str
    style: str
    camera: str


@torch.inference_mode()
def view(viewer: Viewer, namer: CameraNamer, frames: np.ndarray, fps: int) -> View:
    """Looks at a clip, uint8 [F, Y, X, 3]."""
    small = viewed(frames, fps)
    square = torch.from_numpy(_square(small))[None]
    logits = viewer(square)
    steps = torch.from_numpy(camera_steps(small))[None]
    words = {key: WORDS[key][int(value[0].argmax())] for key, value in logits.items()}
    camera = CAMERAS[int(namer(steps)[0].argmax())]
    return View(**words, camera=camera)


def viewed(frames: np.ndarray, fps: int) -> np.ndarray:
    """uint8 [f, 64, x, 3]: what viewer and camera get of a clip."""
    chosen = np.round(np.arange(0, len(frames), fps / RATE_HZ)).astype(int)
    return shrink(frames[chosen[chosen < len(frames)]], VIEW_PX).round().astype(np.uint8)


def _square(frames: np.ndarray) -> np.ndarray:
    """Squeezed to 64 x 64, the size that was learned."""
    if frames.shape[1:3] == (VIEW_PX, VIEW_PX):
        return frames
    planes = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    squeezed = F.interpolate(planes, (VIEW_PX, VIEW_PX), mode="bilinear", antialias=True)
    return np.asarray(squeezed.round().byte().permute(0, 2, 3, 1).numpy())
