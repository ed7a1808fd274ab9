"""Where the objects are in every frame, how many they are, and when they first touch the ground.

Coordinates are shares of the picture height (x to the right, y down), so they do not depend on the
resolution; times are seconds.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

COUNTED_S = 0.3
"""Objects are counted this long from the start: nothing lands earlier."""
MOST_OBJECTS = 2
LARGE_SHARE = 0.5
"""A piece belongs to the objects when it has this share of the largest piece's area."""
NECK = 0.65
"""What joins two objects is thinner than this share of the thickest of them."""
DEEP_SHARE = 0.75
"""Objects of a clip are alike: each is as thick as this share of the thickest."""
LEAST_SEEN = 0.5
"""Share of the frames in which an object must be seen for its path to be known."""
FALL_SPEED = 0.3
"""Heights per second; a contact ends a fall at least this fast."""
ARREST = 0.5
"""A fall has ended when its speed has dropped to this share."""
LLOYD_STEPS = 4


def count_objects(masks_FYX: np.ndarray, fps: int) -> int:
    """How many objects most of the first frames show, 0 to 2."""
    first = masks_FYX[: max(1, round(COUNTED_S * fps))]
    counts = [min(len(_centres(mask)), MOST_OBJECTS) for mask in first]
    return int(np.bincount(counts).argmax())


def follow(masks_FYX: np.ndarray, count: int) -> np.ndarray:
    """Paths float64 [F, count, 2] of the objects' x and y, from left to right at the start.

    Touching objects are told apart by where they were before (Lloyd's k-means). Frames without
    any object are filled in linearly; with too many of them the path is NaN.
    """
    frames, rows, _ = masks_FYX.shape
    paths = np.full((frames, count, 2), np.nan)
    if not count:
        return paths
    centres: np.ndarray | None = None
    for frame, mask in enumerate(masks_FYX):
        points = np.argwhere(_large_pieces(mask))[:, ::-1] + 0.5
        if len(points) < count:
            continue
        if centres is None:
            centres = _starting_centres(mask, points, count)
        centres = _nearest_means(points, centres)
        paths[frame] = centres / rows
    return _filled(paths)


def path_length(path_F2: np.ndarray) -> float:
    """How far an object goes in heights, smoothed over three frames so that jitter adds little."""
    smooth = ndimage.uniform_filter1d(path_F2, 3, axis=0, mode="nearest")
    return float(np.hypot(*np.diff(smooth, axis=0).T).sum())


def first_contact_s(y_F: np.ndarray, fps: int) -> float | None:
    """When a fall first ends: y stops growing or turns; None when the object never falls.

    Speeds over two frames decide, so that one blurred frame neither starts nor ends a fall. Between
    the last frame before and the first after, the moment is where the path before and the path
    after, continued at their speeds, meet.
    """
    speed = np.diff(y_F)
    steady = (speed[:-1] + speed[1:]) / 2
    for frame in range(2, len(steady)):
        fastest = steady[: frame - 1].max()
        slow = ARREST * fastest
        if fastest * fps >= FALL_SPEED and speed[frame] <= slow and steady[frame] <= slow:
            before, after = max(fastest, speed[frame - 1]), speed[frame + 1]
            share = (speed[frame] - after) / (before - after)
            return float((frame + np.clip(share, 0, 1)) / fps)
    return None


def _centres(mask: np.ndarray) -> np.ndarray:
    """[n, 2] x, y of the separate large pieces, reduced to their cores: two objects that a blur
    joins by a neck have two, a ball or a box one.
    """
    depth = ndimage.distance_transform_edt(_large_pieces(mask))
    cores = depth > NECK * depth.max()
    pieces, count = ndimage.label(cores)
    deepest = ndimage.maximum(depth, pieces, range(1, count + 1))
    large = [piece + 1 for piece in range(count) if deepest[piece] >= DEEP_SHARE * depth.max()]
    return np.array(ndimage.center_of_mass(cores, pieces, large)).reshape(-1, 2)[:, ::-1] + 0.5


def _large_pieces(mask: np.ndarray) -> np.ndarray:
    pieces, _ = ndimage.label(mask)
    areas = np.bincount(pieces.ravel())
    areas[0] = 0
    return (areas >= max(1, LARGE_SHARE * areas.max()))[pieces]


def _starting_centres(mask: np.ndarray, points: np.ndarray, count: int) -> np.ndarray:
    """The pieces' centres where there are as many as asked, else points spread over the width."""
    centres = _centres(mask)
    if len(centres) != count:
        centres = np.quantile(points, (np.arange(count) + 0.5) / count, axis=0)
        centres[:, 1] = points[:, 1].mean()
    return centres[np.argsort(centres[:, 0])]


def _nearest_means(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    for _ in range(LLOYD_STEPS if len(centres) > 1 else 1):
        nearest = ((points[:, None] - centres) ** 2).sum(2).argmin(1)
        own = [points[nearest == index] for index in range(len(centres))]
        centres = np.array([p.mean(0) if len(p) else c for p, c in zip(own, centres, strict=True)])
    return centres


def _filled(paths: np.ndarray) -> np.ndarray:
    seen = np.flatnonzero(~np.isnan(paths[:, 0, 0]))
    if len(seen) < LEAST_SEEN * len(paths):
        return np.full_like(paths, np.nan)
    frames = np.arange(len(paths))
    flat = paths.reshape(len(paths), -1)
    filled = [np.interp(frames, seen, column[seen]) for column in flat.T]
    return np.stack(filled, 1).reshape(paths.shape)
