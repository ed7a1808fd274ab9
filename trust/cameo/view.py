"""The best views in a recording, or what to do better, in words a person can act on.

A person must show exactly one face (OpenCV's frontal face cascade, Viola & Jones 2001); an animal
or an object is framed by a mask or fills the picture. Views are squares of 256 px.
Shapes: F frames, Y rows, X columns (px), V views.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange

from .bundle import MAX_VIEWS
from .container import CameoError
from .rules import PERSON

VIEW_PX = 256
MAX_EXAMINED = 48
MIN_FACE_PX = 72
MIN_SUBJECT_PX = 64
CROP_PER_FACE = 2.0
MIN_SHARPNESS = 0.04
BRIGHTNESS = (0.15, 0.9)
# Of the examined frames: a stranger who walks by for a moment does not spoil a recording.
MAX_CROWDED_SHARE = 0.2
_DETECT_PX = 480
# Around a masked subject: the even ground on which a checkpoint was shown its references.
GROUND = (232, 232, 236)


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Candidate:
    """A frame that could become a view."""

    frame: int
    box: Box
    view: np.ndarray
    sharpness: float


FindFaces = Callable[[np.ndarray], Sequence[Box]]


def find_views(
    frames: np.ndarray,
    kind: str,
    mask: np.ndarray | None = None,
    find_faces: FindFaces | None = None,
) -> tuple[np.ndarray | None, list[str]]:
    """(views uint8 [V, 256, 256, 3] or None, what is missing) of frames uint8 [F, Y, X, 3].

    ``mask`` [1 or F, Y, X] is above 0.5 on the subject, for animals and objects.

    Raises:
        CameoError: a person is to be enrolled and OpenCV is not installed.
    """
    chosen = np.unique(np.linspace(0, len(frames) - 1, min(len(frames), MAX_EXAMINED)).astype(int))
    if kind == PERSON:
        found, problems = _faces(frames, chosen, find_faces or face_finder())
    else:
        found, problems = _subjects(frames, chosen, mask)
    sharp = [one for one in found if one.sharpness >= MIN_SHARPNESS]
    if found and not sharp:
        problems.append("every picture is blurred: hold still, clean the lens, and use more light")
    lit = [one for one in sharp if BRIGHTNESS[0] <= one.view.mean() / 255 <= BRIGHTNESS[1]]
    if sharp and not lit:
        dark = sharp[0].view.mean() / 255 < BRIGHTNESS[0]
        problems.append(
            "the pictures are too dark: face a window or a lamp"
            if dark
            else "the pictures are too bright: move the light out of the picture"
        )
    if problems or not lit:
        return None, problems
    return np.stack([one.view for one in _spread(lit, len(frames))]), []


def face_finder() -> FindFaces:
    """OpenCV's frontal face cascade.

    Raises:
        CameoError: OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise CameoError(
            "finding the face of a person needs OpenCV; install it with: pip install "
            '"hibari[cameo]"'
        ) from error
    folder = Path(cv2.__file__).parent / "data"
    cascade = cv2.CascadeClassifier(str(folder / "haarcascade_frontalface_default.xml"))

    def find(picture: np.ndarray) -> list[Box]:
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        scale = max(1.0, max(grey.shape) / _DETECT_PX)
        small = cv2.resize(grey, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
        smallest = max(24, round(min(small.shape) * 0.1))
        boxes: Any = cascade.detectMultiScale(
            cv2.equalizeHist(small), 1.1, 5, minSize=(smallest, smallest)
        )
        return [Box(*(round(float(value) * scale) for value in box)) for box in boxes]

    return find


def _faces(
    frames: np.ndarray, chosen: np.ndarray, find_faces: FindFaces
) -> tuple[list[Candidate], list[str]]:
    found, crowded, small = [], 0, 0
    for index in chosen:
        boxes = find_faces(frames[index])
        crowded += len(boxes) > 1
        if len(boxes) != 1:
            continue
        if min(boxes[0].width, boxes[0].height) < MIN_FACE_PX:
            small = max(small, boxes[0].width)
            continue
        found.append(_candidate(frames[index], int(index), _around_face(boxes[0])))
    if crowded > MAX_CROWDED_SHARE * len(chosen):
        return [], [
            f"more than one face is seen in {crowded} of {len(chosen)} pictures: record alone, "
            "without pictures of faces behind you"
        ]
    if found:
        return found, []
    if small:
        return [], [
            f"the face is {small} px wide, at least {MIN_FACE_PX} are needed: come closer to the "
            "camera"
        ]
    return [], ["no face was found: look into the camera from the front, in even light"]


def _around_face(face: Box) -> Box:
    """Head and shoulders: a square around the face, somewhat lower."""
    side = round(max(face.width, face.height) * CROP_PER_FACE)
    middle_x, middle_y = face.x + face.width / 2, face.y + face.height * 0.55
    return Box(round(middle_x - side / 2), round(middle_y - side / 2), side, side)


def _subjects(
    frames: np.ndarray, chosen: np.ndarray, mask: np.ndarray | None
) -> tuple[list[Candidate], list[str]]:
    height, width = frames.shape[1:3]
    if mask is None:
        side = min(height, width)
        box = Box((width - side) // 2, (height - side) // 2, side, side)
        if side < MIN_SUBJECT_PX:
            return [], [f"the pictures have {side} px, at least {MIN_SUBJECT_PX} are needed"]
        return [_candidate(frames[index], int(index), box) for index in chosen], []
    if mask.ndim != 3 or mask.shape[1:] != (height, width) or len(mask) not in (1, len(frames)):
        return [], [
            f"the mask is {mask.shape[-1]}x{mask.shape[-2]} px, the pictures {width}x{height}: "
            "draw it on the same picture"
        ]
    found = []
    for index in chosen:
        inside = mask[index if len(mask) > 1 else 0] > 0.5
        if inside.any():
            cut = np.where(inside[..., None], frames[index], GROUND).astype(np.uint8)
            box = _around_mask(inside)
            if box.width >= MIN_SUBJECT_PX:
                found.append(_candidate(cut, int(index), box))
    if not found:
        return [], [
            f"the mask marks nothing of at least {MIN_SUBJECT_PX} px: mark the whole subject, and "
            "come closer to it"
        ]
    return found, []


def _around_mask(inside: np.ndarray) -> Box:
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    side = round(max(height, width) * 1.1)
    return Box(
        round(columns[0] + width / 2 - side / 2), round(rows[0] + height / 2 - side / 2), side, side
    )


def _candidate(frame: np.ndarray, index: int, box: Box) -> Candidate:
    """The square of a frame, scaled to a view; what lies outside of the frame repeats its edge."""
    height, width = frame.shape[:2]
    rows = np.clip(np.arange(box.y, box.y + box.height), 0, height - 1)
    columns = np.clip(np.arange(box.x, box.x + box.width), 0, width - 1)
    pixels = torch.from_numpy(np.ascontiguousarray(frame[rows][:, columns]))
    scaled = F.interpolate(
        rearrange(pixels, "Y X C -> 1 C Y X").float(),
        size=(VIEW_PX, VIEW_PX),
        mode="bilinear",
        antialias=True,
    )
    view = rearrange(scaled, "1 C Y X -> Y X C").round().clamp(0, 255).to(torch.uint8).numpy()
    return Candidate(index, box, view, sharpness(view))


def sharpness(view: np.ndarray) -> float:
    """Spread of the Laplacian over the spread of the picture itself, 0 for fog.

    Measured at half the size of a view and in grey, so that resolution, light, contrast and the
    steps of 8 bits do not count.
    """
    half = VIEW_PX // 2
    grey = view.mean(axis=-1).reshape(half, 2, half, 2).mean(axis=(1, 3))
    laplacian = (
        4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1] - grey[1:-1, :-2] - grey[1:-1, 2:]
    )
    spread = grey.std()
    return float(laplacian.std() / spread) if spread > 1 else 0.0


def _spread(candidates: Sequence[Candidate], frames: int) -> list[Candidate]:
    """Up to five of the sharpest, apart in time, in order."""
    apart = max(1, frames // (2 * MAX_VIEWS))
    chosen: list[Candidate] = []
    for one in sorted(candidates, key=lambda candidate: -candidate.sharpness):
        if len(chosen) < MAX_VIEWS and all(abs(one.frame - c.frame) >= apart for c in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda candidate: candidate.frame)
