"""Faces in what people bring: found, attested, and compared with those who forbid it.

Faces are found by OpenCV's bundled cascade (Viola and Jones 2001), an extra. Whose face it is can
only be compared where a face embedding is installed: dlib's network is used when present, others
are added with :func:`register_embedder`. Faces that may not be uploaded come from the owners of
cameos (``trust/cameo/uploads``), and from others through :func:`register_forbidden_faces`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .attestation import Attestation
from .category import Category
from .check import Verdict, decide, refusal
from .extra import MissingExtraError
from .finding import Finding
from .frames import Frame, as_frame
from .policy import Action, Policy

Box = tuple[int, int, int, int]
"""Left, top, width and height in pixels."""
Embedding = NDArray[np.float32]

_MIN_SIDE_SHARE = 0.08
_NEIGHBOURS = 5
_LOOKED_AT = 64
RULE_FACE = f"{Category.REAL_PERSON}/face-in-upload"
RULE_FORBIDDEN = f"{Category.REAL_PERSON}/owner-forbids-uploads"


class FaceEmbedder(Protocol):
    """Turns faces into vectors that are close for the same person."""

    name: str
    threshold: float
    """Euclidean distance below which two faces are the same person's."""

    def embed(self, frame: Frame, box: Box) -> Embedding | None:
        """Return the vector of the face in a box, None where it cannot be made."""


@dataclass(frozen=True)
class ForbiddenFace:
    """A face whose owner allows no uploads of it; ``embedder`` made the vector."""

    owner: str
    embedder: str
    embedding: Embedding


class DlibEmbedder:
    """128 numbers of dlib's face recognition network, with the models of an installed package."""

    name = "dlib"
    threshold = 0.6  # what the network was trained for

    def __init__(self) -> None:
        try:
            dlib: Any = import_module("dlib")
        except ImportError as error:
            raise MissingExtraError("comparing faces", "dlib-bin", "faces") from error
        # Found without importing it: the package itself needs a part of old setuptools.
        models = find_spec("face_recognition_models")
        if models is None or not models.submodule_search_locations:
            raise MissingExtraError("comparing faces", "face_recognition_models", "faces")
        folder = Path(models.submodule_search_locations[0]) / "models"
        self._rectangle = dlib.rectangle
        self._landmarks = dlib.shape_predictor(str(folder / "shape_predictor_5_face_landmarks.dat"))
        self._network = dlib.face_recognition_model_v1(
            str(folder / "dlib_face_recognition_resnet_model_v1.dat")
        )

    def embed(self, frame: Frame, box: Box) -> Embedding | None:
        """Return the vector of the face in a box."""
        left, top, width, height = box
        face = self._rectangle(left, top, left + width, top + height)
        landmarks = self._landmarks(frame, face)
        return np.asarray(self._network.compute_face_descriptor(frame, landmarks), np.float32)


_embedders: dict[str, Callable[[], FaceEmbedder]] = {DlibEmbedder.name: DlibEmbedder}
_forbidden: list[Callable[[], Iterable[ForbiddenFace]]] = []


def register_embedder(name: str, make: Callable[[], FaceEmbedder]) -> None:
    """Add a face embedding; ``make`` raises MissingExtraError where it is not installed."""
    _embedders[name] = make


def register_forbidden_faces(faces: Callable[[], Iterable[ForbiddenFace]]) -> None:
    """Add a source of faces that may not be uploaded; asked at every check."""
    _forbidden.append(faces)


def installed_embedders() -> list[FaceEmbedder]:
    """Return the face embeddings that are installed, ready to use."""
    ready = []
    for make in _embedders.values():
        try:
            ready.append(_made(make))
        except MissingExtraError:
            continue
    return ready


def find_faces(frame: Frame) -> list[Box]:
    """Return the frontal faces in a frame [H, W, 3] RGB, at least 8 % of its shorter side wide.

    Raises:
        MissingExtraError: OpenCV, or the cascade that its 4.x wheels carry, is not installed.
    """
    cascade = _cascade()
    cv2 = import_module("cv2")
    height, width = frame.shape[:2]
    smallest = max(20, round(_MIN_SIDE_SHARE * min(height, width)))
    grey = cv2.equalizeHist(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))
    found = cascade.detectMultiScale(
        grey, scaleFactor=1.1, minNeighbors=_NEIGHBOURS, minSize=(smallest, smallest)
    )
    return [tuple(int(side) for side in box) for box in found]  # type: ignore[misc]


def check_upload(frames: Any, policy: Policy, attestation: Attestation | None = None) -> Verdict:
    """Return the verdict on frames [F, H, W, 3] of an image or video that somebody brings.

    Up to 64 frames spread over it are looked at. Where a face is found the policy asks for an
    attestation; a face whose owner forbids uploads is refused even with one.

    Raises:
        MissingExtraError: the policy requires frame checks, and faces cannot be looked for.
    """
    if policy.faces_in_uploads is Action.ALLOW:
        return decide([], policy, "upload")
    indices = np.unique(np.linspace(0, len(frames) - 1, _LOOKED_AT).round().astype(int))
    looked_at = [as_frame(frames[int(index)]) for index in indices]
    try:
        faces = [(frame, box) for frame in looked_at for box in find_faces(frame)]
    except MissingExtraError as error:
        if policy.frames_required:
            raise
        return decide(
            [], policy, "upload", notes=(f"uploads were not searched for faces: {error}",)
        )
    if not faces:
        return decide([], policy, "upload")
    owner, notes = _forbidding_owner(faces)
    if owner is not None:
        return refusal(Finding(RULE_FORBIDDEN, Category.REAL_PERSON), policy, "upload")
    attested = attestation is not None and attestation.holds
    if policy.faces_in_uploads is Action.ATTEST and attested:
        return decide([], policy, "upload", notes=notes)
    return refusal(Finding(RULE_FACE, Category.REAL_PERSON), policy, "upload")


def _forbidding_owner(faces: Sequence[tuple[Frame, Box]]) -> tuple[str | None, tuple[str, ...]]:
    """Return whose forbidden face is among the faces, and what could not be compared."""
    import_module("...cameo.uploads", __name__)  # registers itself; it builds on the guard
    forbidden = [face for source in _forbidden for face in source()]
    if not forbidden:
        return None, ()
    embedders = installed_embedders()
    if not embedders:
        note = "faces were not compared with those of owners who forbid uploads: "
        return None, (note + str(MissingExtraError("comparing faces", "dlib-bin", "faces")),)
    for embedder in embedders:
        known = [face for face in forbidden if face.embedder == embedder.name]
        vectors = [embedder.embed(frame, box) for frame, box in faces] if known else []
        for vector in vectors:
            for face in known:
                if vector is not None and _distance(vector, face.embedding) < embedder.threshold:
                    return face.owner, ()
    return None, ()


def _distance(one: Embedding, other: Embedding) -> float:
    return float(np.linalg.norm(one - other))


@cache
def _made(make: Callable[[], FaceEmbedder]) -> FaceEmbedder:
    return make()


@cache
def _cascade() -> Any:
    try:
        cv2 = import_module("cv2")
        path = Path(cv2.data.haarcascades) / "haarcascade_frontalface_default.xml"
        make = cv2.CascadeClassifier
    except (ImportError, AttributeError) as error:  # the 5.x wheels have neither
        raise MissingExtraError("finding faces", "opencv-python-headless 4.x") from error
    if not path.is_file():
        raise MissingExtraError("finding faces", "opencv-python-headless 4.x")
    return make(str(path))
