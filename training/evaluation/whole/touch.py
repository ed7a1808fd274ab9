"""When things touch: read from how their tracks bend, thing by thing.

A contact changes a velocity at once while everything else in the world changes it slowly. A small
network over time tells the two apart: it sees where a thing is and how it moves, how large it is,
and how near the next one comes. It learned from simulated paths made as jittery as tracks are.
Legend: F frames, n things, C channels; places and sizes are in 1/256 of the picture's height.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from .track import Track

Point = tuple[float, float, float]
"""Time in seconds, x and y."""

CHANNELS = 13
SPEED_UNIT, SIZE_UNIT, GAP_UNIT = 4.0, 16.0, 16.0
FAR = 3.0
"""Gaps beyond so many units are all the same."""
SURE = 0.5
MEETS = 12.0
"""Nearer than this two things are taken to touch each other, else one touches what stands still."""


class TouchReader(nn.Module):
    """Logits [n, F] of contacts that first show in a frame, from what `clues` makes."""

    def __init__(self, width: int = 48) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for ins in (CHANNELS, width, width):
            layers += [nn.Conv1d(ins, width, 5, padding=2), nn.BatchNorm1d(width), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Dropout(0.1), nn.Conv1d(width, 1, 3, padding=1))

    def forward(self, clues_nCF: Tensor) -> Tensor:
        """One logit a thing and frame."""
        return torch.as_tensor(self.layers(clues_nCF)[:, 0])


def clues(places_FnC: np.ndarray, sizes_n2: np.ndarray) -> np.ndarray:
    """float32 [n, 13, F] of places, NaN where a thing is not seen, and half sizes.

    Place, velocity, whether it is seen, half sizes, and of the thing whose outline is nearest: the
    direction, the gap, the change of the gap and its velocity.
    """
    frames, things, _ = places_FnC.shape
    seen = np.isfinite(places_FnC[..., 0])
    places = np.stack([_filled(places_FnC[:, k], seen[:, k]) for k in range(things)], 1)
    speeds = np.diff(places, axis=0, prepend=places[:1]) / SPEED_UNIT
    gaps, ways, nearest = _neighbours(places, seen, sizes_n2)
    of_nearest = np.take_along_axis(speeds, nearest[..., None], 1) * (gaps < FAR)[..., None]
    columns = (
        places / 128 - 1,
        speeds,
        seen[..., None],
        np.broadcast_to(sizes_n2 / SIZE_UNIT, (frames, things, 2)),
        ways,
        gaps[..., None],
        np.diff(gaps, axis=0, prepend=gaps[:1])[..., None],
        of_nearest,
    )
    return np.concatenate(columns, -1).transpose(1, 2, 0).astype(np.float32)


def _filled(places_F2: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Gaps bridged linearly, ends held."""
    if not seen.any():
        return np.zeros_like(places_F2)
    frames = np.arange(len(seen))
    known = frames[seen]
    return np.stack([np.interp(frames, known, places_F2[seen, axis]) for axis in (0, 1)], 1)


def _neighbours(
    places: np.ndarray, seen: np.ndarray, sizes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the nearest outline: gap [F, n] in units, direction [F, n, 2] (0 when far), index."""
    apart = places[:, None] - places[:, :, None]
    boxed = np.abs(apart) - (sizes[None] + sizes[:, None])
    outside = np.hypot(*np.moveaxis(np.maximum(boxed, 0), -1, 0)) + np.minimum(boxed.max(-1), 0)
    absent = ~(seen[:, None] & seen[:, :, None]) | np.eye(places.shape[1], dtype=bool)
    outside = np.where(absent, np.inf, outside)
    nearest = outside.argmin(-1)
    gaps = np.take_along_axis(outside, nearest[..., None], -1)[..., 0]
    gaps = np.clip(gaps / GAP_UNIT, -1, FAR)
    ways = np.take_along_axis(apart, nearest[..., None, None], 2)[:, :, 0]
    ways = ways / np.maximum(np.hypot(*np.moveaxis(ways, -1, 0)), 1e-6)[..., None]
    return gaps, ways * (gaps < FAR)[..., None], nearest


@torch.inference_mode()
def visible_contacts(reader: TouchReader, tracks: Sequence[Track], fps: int) -> list[Point]:
    """Contacts that the tracks show, rising in time; both things of a pair may tell of one.

    The frame in which a contact first shows lies at most a frame after it, hence half a frame off.
    """
    if not tracks:
        return []
    places = np.stack([track.places for track in tracks], 1)
    sizes = np.array([_half_sizes(track) for track in tracks])
    sure = reader(torch.from_numpy(clues(places, sizes))).sigmoid().numpy()
    padded = np.pad(sure, ((0, 0), (1, 1)))
    highest = (sure > padded[:, :-2]) & (sure >= padded[:, 2:]) & (sure > SURE)
    seen = np.isfinite(places[..., 0]).T
    found = [
        ((frame - 0.5) / fps, *_touching_point(places[frame], sizes, thing))
        for thing, frame in np.argwhere(highest & seen)
        if frame > 0
    ]
    return sorted(found)


def _half_sizes(track: Track) -> tuple[float, float]:
    return track.half_width, track.half_height


def _touching_point(places: np.ndarray, sizes: np.ndarray, thing: int) -> tuple[float, float]:
    """Between a thing and the one that it meets; its own place where it meets none."""
    apart = places - places[thing]
    boxed = np.abs(apart) - (sizes + sizes[thing])
    gaps = np.where(
        np.arange(len(places)) == thing, np.inf, np.nan_to_num(boxed.max(1), nan=np.inf)
    )
    x, y = places[thing]
    if gaps.min() < MEETS:
        other = int(gaps.argmin())
        share = sizes[thing].mean() / (sizes[thing].mean() + sizes[other].mean())
        x, y = places[thing] + share * apart[other]
    return float(x), float(y)
