"""What the instruments read from one clip: from its pixels and its sound, and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..world import SAMPLE_RATE
from .attributes import height_name, position_names, shape_name, size_name
from .colour import object_colour
from .foreground import object_masks
from .material import MaterialEar
from .onset import onsets_s
from .scenery import find_scenery, working_frames
from .track import count_objects, first_contact_s, follow, path_length


@dataclass(frozen=True, eq=False)
class Reading:
    """The state of a clip as far as it can be seen and heard; None for what cannot.

    Attributes:
        place, colour, shape, size, height: words of the world.
        positions: of the objects, from left to right.
        count: number of objects.
        paths: float64 [F, count, 2] of x and y in picture heights, NaN where unknown.
        travelled: length in heights of the shortest of the objects' paths.
        contact_s: when the first fall visibly ends.
        onsets_s: when sounds start.
        material: by the first sound.
        fps: frames per second.
    """

    place: str
    colour: str | None
    shape: str | None
    size: str | None
    height: str | None
    positions: tuple[str, ...]
    count: int
    paths: np.ndarray
    travelled: float
    contact_s: float | None
    onsets_s: tuple[float, ...]
    material: str | None
    fps: int

    def to_dict(self) -> dict[str, object]:
        """Everything but the paths, ready for json.dumps."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        del plain["paths"]
        return plain


def read_clip(frames: np.ndarray, waveform: np.ndarray, fps: int, ear: MaterialEar) -> Reading:
    """Reads one clip.

    Args:
        frames: uint8 [F, H, W, 3].
        waveform: float [2, N] in -1..1 at the world's 24 kHz.
        fps: frames per second.
        ear: tells materials by their sound.
    """
    working = working_frames(frames)
    height, width = frames.shape[1:3]
    scenery = find_scenery(working, (height, width))
    masks = object_masks(working, scenery)
    count = count_objects(masks, fps)
    paths = follow(masks, count)
    contacts = [first_contact_s(path[:, 1], fps) for path in paths.swapaxes(0, 1)]
    onsets = onsets_s(waveform, SAMPLE_RATE)
    lengths = [path_length(path) for path in paths.swapaxes(0, 1)]
    return Reading(
        place=scenery.place,
        colour=object_colour(working, masks),
        shape=shape_name(masks, fps),
        size=size_name(masks, count, fps),
        height=height_name(paths),
        positions=position_names(paths, width / height),
        count=count,
        paths=paths,
        travelled=float(np.nan_to_num(min(lengths, default=0.0))),
        contact_s=min((contact for contact in contacts if contact is not None), default=None),
        onsets_s=tuple(float(onset) for onset in onsets),
        material=ear.name(waveform, SAMPLE_RATE, float(onsets[0])) if len(onsets) else None,
        fps=fps,
    )
