"""What every frame shows: things with their looks, mouths with their openings.

A small convolutional network marks centres on a grid of 4 pixels and reads off what is there
(Zhou et al. 2019, "Objects as Points"). It sees the frame in colour and the brightness of the four
frames around it; it is told neither the camera nor anything else about the clip.
Legend: F frames, Y rows, X columns, C channels; pixels are those of a picture 256 high.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ...world.scenes.layout import COLOURS, MATERIALS
from .lessons import BESIDE, neighbours

HEIGHT, STRIDE = 256, 4
SHAPES = ("ball", "box", "plank")
TONES = (*COLOURS, "white")
STUFFS = (*MATERIALS, "resin")
"""Materials as they look; billiard balls are of resin."""
HEADS = {
    "heat": 2,
    "offset": 2,
    "size": 2,
    "speed": 2,
    "open": 1,
    "shape": len(SHAPES),
    "colour": len(TONES),
    "material": len(STUFFS),
}
THING, MOUTH = range(2)
SIZE_UNIT, SPEED_UNIT = 16.0, 4.0
INPUTS = 12 + len(BESIDE)
MOST = 16
"""Things that are looked for in one frame."""
SEEN = 0.15
"""Fainter is nothing; what is fainter than `track.SURE` only goes on with what was seen before."""
SAME = 0.8
"""Centres nearer than this share of the surer one's half sizes are of one thing."""
BATCH = 7


class Eye(nn.Module):
    """Maps of what is where; an hourglass over strides 4, 8 and 16.

    Args:
        widths: channels at the three strides.
    """

    def __init__(self, widths: tuple[int, int, int] = (24, 48, 64)) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.enter = _conv(INPUTS, fine, 2)
        self.fine = _conv(fine, fine)
        self.down = nn.Sequential(_conv(fine, middle, 2), _conv(middle, middle))
        self.bottom = nn.Sequential(
            _conv(middle, coarse, 2), _conv(coarse, coarse), _conv(coarse, coarse, dilation=2)
        )
        self.up = nn.Conv2d(coarse, middle, 1)
        self.middle = _conv(middle, middle)
        self.out = nn.Conv2d(middle, fine, 1)
        self.last = _conv(fine, fine + 8)
        self.heads = nn.Conv2d(fine + 8, sum(HEADS.values()), 1)
        nn.init.constant_(self.heads.bias[: HEADS["heat"]], -4.0)

    def forward(self, seen_FCYX: Tensor) -> dict[str, Tensor]:
        """Maps [F, channels, Y / 4, X / 4] by head, from what `inputs` makes."""
        fine = self.fine(self.enter(seen_FCYX))
        middle = self.down(fine)
        middle = self.middle(middle + _larger(self.up(self.bottom(middle)), middle))
        maps = self.heads(self.last(fine + _larger(self.out(middle), fine)))
        return dict(zip(HEADS, maps.split(list(HEADS.values()), 1), strict=True))


def _conv(ins: int, outs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    conv = nn.Conv2d(ins, outs, 3, stride, dilation, dilation, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outs), nn.ReLU(inplace=True))


def _larger(small: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(small, size=like.shape[-2:], mode="nearest")


def inputs(frames_FYXC: Tensor, beside_FCYX: Tensor) -> Tensor:
    """float32 [F, 16, Y / 2, X / 2] around 0 of uint8-valued frames and their neighbours."""
    colours = rearrange(frames_FYXC.float(), "F (Y p) (X q) C -> F (p q C) Y X", p=2, q=2)
    now = colours.mean(1, keepdim=True)
    return torch.cat((colours / 64 - 2, (beside_FCYX.float() - now) / 32), 1)


@dataclass(frozen=True, eq=False)
class Glance:
    """What one frame shows.

    Attributes:
        places: float [n, 2] x and y of things in pixels of the picture, surest first.
        sizes: [n, 2] half width and half height in pixels.
        speeds: [n, 2] pixels per frame, as far as the frames around tell.
        sureness: [n] in 0..1.
        shape, colour, material: [n, words] log-probabilities.
        mouths: [m, 4] x, y, opening 0..1 and sureness.
    """

    places: np.ndarray
    sizes: np.ndarray
    speeds: np.ndarray
    sureness: np.ndarray
    shape: np.ndarray
    colour: np.ndarray
    material: np.ndarray
    mouths: np.ndarray


@torch.inference_mode()
def look(eye: Eye, frames: np.ndarray) -> list[Glance]:
    """Every frame of a clip, uint8 [F, Y, X, 3] of any height, positions in its own pixels."""
    scale = frames.shape[1] / HEIGHT
    sized = _resized(frames)
    glances = []
    for start in range(0, len(sized), BATCH):
        chosen = range(start, min(start + BATCH, len(sized)))
        beside = np.stack([neighbours(sized, frame) for frame in chosen])
        colours = torch.from_numpy(np.ascontiguousarray(sized[start : start + BATCH]))
        maps = eye(inputs(colours, torch.from_numpy(beside)))
        glances += [
            _glance({key: m[k] for key, m in maps.items()}, scale) for k in range(len(chosen))
        ]
    return glances


def _resized(frames: np.ndarray) -> np.ndarray:
    """256 rows and columns in whole cells of 16 pixels."""
    height, width = frames.shape[1:3]
    columns = round(width * HEIGHT / height / 16) * 16
    if (height, width) == (HEIGHT, columns):
        return frames
    pixels = rearrange(torch.from_numpy(frames.copy()), "F Y X C -> F C Y X").float()
    larger = F.interpolate(pixels, (HEIGHT, columns), mode="bilinear", antialias=True)
    return rearrange(larger.round().clamp(0, 255).byte(), "F C Y X -> F Y X C").numpy()


def _glance(maps: dict[str, Tensor], scale: float) -> Glance:
    heat = maps["heat"].sigmoid()
    rows, columns, sure = _peaks(heat[THING], MOST)
    unit = STRIDE * scale
    places = _places(maps, rows, columns) * unit
    sizes = _sizes(maps, rows, columns) * scale
    kept = _distinct(places, sizes)
    rows, columns, sure = rows[kept], columns[kept], sure[kept]
    at = (slice(None), rows, columns)
    return Glance(
        places=places[kept],
        sizes=sizes[kept],
        speeds=(maps["speed"][at].T * SPEED_UNIT * scale).numpy(),
        sureness=sure.numpy(),
        shape=maps["shape"][at].T.log_softmax(1).numpy(),
        colour=maps["colour"][at].T.log_softmax(1).numpy(),
        material=maps["material"][at].T.log_softmax(1).numpy(),
        mouths=_mouths(maps, heat[MOUTH], unit),
    )


def _places(maps: dict[str, Tensor], rows: Tensor, columns: Tensor) -> np.ndarray:
    cells = torch.stack((columns, rows), 1)
    return np.asarray((cells + maps["offset"][:, rows, columns].T).numpy())


def _sizes(maps: dict[str, Tensor], rows: Tensor, columns: Tensor) -> np.ndarray:
    return np.asarray((maps["size"][:, rows, columns].T.exp() * SIZE_UNIT).numpy())


def _distinct(places: np.ndarray, sizes: np.ndarray) -> list[int]:
    """Indices of centres, surest first, that do not lie inside a surer thing's middle."""
    kept: list[int] = []
    for index, place in enumerate(places):
        apart = np.abs(places[kept] - place) / sizes[kept]
        if not (apart.max(1, initial=0.0) < SAME).any():
            kept.append(index)
    return kept


def _peaks(heat_YX: Tensor, most: int) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, columns and values of the highest local maxima that count as seen."""
    highest = F.max_pool2d(heat_YX[None], 3, 1, 1)[0]
    values, order = (heat_YX * (heat_YX == highest)).flatten().topk(most)
    order = order[values > SEEN]
    return order // heat_YX.shape[1], order % heat_YX.shape[1], values[values > SEEN]


def _mouths(maps: dict[str, Tensor], heat: Tensor, unit: float) -> np.ndarray:
    rows, columns, sure = _peaks(heat, 2)
    opening = maps["open"][0, rows, columns].sigmoid()
    return torch.stack(((columns + 0.5) * unit, (rows + 0.5) * unit, opening, sure), 1).numpy()
