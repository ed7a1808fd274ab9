"""Owners who forbid that pictures of their face are uploaded, here and wherever they send word.

The owner's ban is a signed document with vectors of the face, made of the cameo's views by the face
embedding that is installed (an extra); nobody can draw the face from them, but they do tell whether
another picture shows it, which is their use. Bans are noted in the ledger, lifted by a later
document, and sent to other computers like revocation lists. The guard asks for them when a face is
uploaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from ..guard.extra import MissingExtraError
from ..guard.faces import ForbiddenFace, find_faces, installed_embedders, register_forbidden_faces
from ..home import DATABASE_NAME, home_path
from ..identity import SignatureError
from .bundle import Bundle
from .container import CameoError
from .document import FaceVector, UploadBan
from .ledger import Entry, Ledger
from .rules import PERSON

_DIGITS = 5


def forbid_uploads(
    bundle: Bundle, forbidden: bool = True, ledger: Ledger | None = None
) -> UploadBan:
    """Forbid uploads of the face of a cameo (or allow them again) and note it.

    Raises:
        CameoError: not the owner, no person, or no face is found in the views.
        MissingExtraError: faces cannot be compared here.
    """
    ledger = ledger or Ledger()
    header = bundle.header
    key = bundle.open_as_owner(ledger.identity)
    if header.kind != PERSON:
        raise CameoError(f"{header.name} is an {header.kind}; only faces of people are looked for")
    faces = face_vectors(bundle.read_parts(key, ("views",))["views"]) if forbidden else ()
    if forbidden and not faces:
        raise CameoError(
            f"no face is found in the views of {header.name}; enroll again with pictures from the "
            "front"
        )
    unsigned = UploadBan(
        owner=header.owner.signing,
        issued=int(ledger.clock()),
        signature="",
        cameo=header.id,
        forbidden=forbidden,
        faces=faces,
    )
    ban = unsigned.signed_by(ledger.identity)
    ledger.note("upload ban", document=ban.to_json())
    return ban


def face_vectors(views: np.ndarray) -> tuple[FaceVector, ...]:
    """Vectors of the faces in views uint8 [V, Y, X, 3], by every embedding that is installed.

    Raises:
        MissingExtraError: none is.
    """
    embedders = installed_embedders()
    if not embedders:
        raise MissingExtraError("comparing faces", "dlib-bin", "faces")
    found = []
    for view in views:
        for box in find_faces(view)[:1]:
            for embedder in embedders:
                vector = embedder.embed(view, box)
                if vector is not None:
                    rounded = tuple(round(float(value), _DIGITS) for value in vector)
                    found.append(FaceVector(embedder.name, rounded))
    return tuple(found)


def forbidden_faces() -> Iterator[ForbiddenFace]:
    """The faces that may not be uploaded, by the ledger; looking makes no ledger."""
    if "HIBARI_DATABASE" not in os.environ and not (home_path() / DATABASE_NAME).is_file():
        return
    for ban in bans_in(Ledger().entries()):
        for face in ban.faces:
            vector = np.array(face.values, np.float32)
            yield ForbiddenFace(ban.owner, face.embedder, vector)


def bans_in(entries: Sequence[Entry]) -> list[UploadBan]:
    """The bans that hold: of each owner and cameo the one issued last, its signature checked."""
    latest: dict[tuple[str, str], UploadBan] = {}
    for entry in entries:
        if entry.kind != "upload ban":
            continue
        ban = UploadBan.from_json(entry.body["document"])
        known = latest.get((ban.owner, ban.cameo))
        if known is not None and known.issued > ban.issued:
            continue
        try:
            ban.check()
        except SignatureError:
            continue
        latest[ban.owner, ban.cameo] = ban
    return [ban for ban in latest.values() if ban.forbidden]


register_forbidden_faces(forbidden_faces)
