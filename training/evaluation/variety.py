"""How different clips are: of different captions, and of one caption from seed to seed.

Clips are compared as small pictures over time, without any network: what a sentence leaves open is
where things are, how they move and what the place looks like, and all of that shows at 16 rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import torch
import torch.nn.functional as F

ROWS, RATE_HZ = 16, 8
LABELS = {
    "diversity": "diversity between captions, over that of real clips",
    "variety": "diversity between seeds, over that of real clips of one caption",
}


def thumbnails(frames: np.ndarray, fps: int) -> np.ndarray:
    """float32 [f, 16, x, 3] in 0..255 at 8 frames a second, of uint8 [F, Y, X, 3]."""
    chosen = np.round(np.arange(0, len(frames), fps / RATE_HZ)).astype(int)
    picked = torch.from_numpy(np.ascontiguousarray(frames[chosen[chosen < len(frames)]]))
    columns = max(1, round(ROWS * frames.shape[2] / frames.shape[1]))
    planes = F.interpolate(picked.permute(0, 3, 1, 2).float(), (ROWS, columns), mode="area")
    return np.asarray(planes.permute(0, 2, 3, 1).numpy())


def mean_distance(clips: Sequence[np.ndarray]) -> float:
    """Mean over all pairs of the root mean square difference; at least two clips of one size."""
    gaps = [np.sqrt(np.mean((one - two) ** 2)) for one, two in combinations(clips, 2)]
    return float(np.mean(gaps))
