"""Signing: the last step of saving. The signed file appears whole or not at all.

``verify_after_sign`` stays on: it is the SDK's own check that what it wrote can be read back. Parts
that were changed after they were signed are refused, because C2PA would call the whole trusted.
"""

from __future__ import annotations

import io
import json
import os
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .certificates import SigningIdentity, signing_identity
from .manifest import Ingredient, ManifestDraft
from .media_type import SIGNABLE, media_type

_THUMBNAIL = "thumbnail.jpg"


@dataclass(frozen=True)
class SignedManifest:
    """The manifest of a signed file: its identifier and the store as it is embedded."""

    manifest_id: str
    store: bytes = field(repr=False)


def can_sign(path: Path) -> bool:
    """Whether C2PA has a place for a manifest in this type of file."""
    return media_type(path) in SIGNABLE


def sign_file(
    source: Path,
    target: Path,
    draft: ManifestDraft,
    identity: SigningIdentity | None = None,
) -> SignedManifest:
    """Write ``source`` with its manifest to ``target`` (which may be the same file).

    Raises:
        ValueError: a type of file that cannot be signed, an ingredient that was changed after it
            was signed, or a certificate that cannot sign.
    """
    kind = media_type(source)
    if kind not in SIGNABLE:
        known = ", ".join(sorted(SIGNABLE.values()))
        raise ValueError(f"{source.name} is of a type that cannot be signed. Use {known}.")
    for ingredient in draft.ingredients:
        refuse_changed(ingredient.path)
    who = identity or signing_identity()
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        signed = _write(source, partial, kind, draft, who)
        partial.replace(target)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise
    return signed


def refuse_changed(path: Path) -> None:
    """Raise ValueError when ``path``, or anything in its lineage, was changed after signing."""
    from .verify import read_credentials

    found = read_credentials(path)
    if found.state == "tampered":
        what = found.problems[0].what if found.problems else "its signature does not hold"
        raise ValueError(
            f"{path.name} was changed after it was signed ({what}), so nothing that builds on it "
            "is signed. Use the original file, or one without credentials."
        )


def sdk_settings(anchors_pem: str, *, verify_after_sign: bool = True) -> dict[str, Any]:
    """Return the settings of the C2PA SDK: our roots, and no request to any server."""
    return {
        "verify": {
            "verify_after_sign": verify_after_sign,
            "verify_trust": True,
            "remote_manifest_fetch": False,
            "ocsp_fetch": False,
        },
        **({"trust": {"user_anchors": anchors_pem}} if anchors_pem else {}),
        "builder": {"thumbnail": {"enabled": False}},
    }


def _write(
    source: Path, partial: Path, kind: str, draft: ManifestDraft, who: SigningIdentity
) -> SignedManifest:
    import c2pa

    definition = dict(draft.definition)
    if draft.thumbnail_jpeg:
        definition["thumbnail"] = {"format": "image/jpeg", "identifier": _THUMBNAIL}
    try:
        with (
            c2pa.Context.from_dict(sdk_settings(who.anchors_pem)) as context,
            c2pa.Builder.from_json(json.dumps(definition), context=context) as builder,
            _signer(who) as signer,
            source.open("rb") as reading,
            partial.open("w+b") as writing,
        ):
            if draft.thumbnail_jpeg:
                builder.add_resource(_THUMBNAIL, io.BytesIO(draft.thumbnail_jpeg))
            for ingredient in draft.ingredients:
                _add(builder, ingredient)
            store = bytes(builder.sign(signer, kind, reading, writing))
            writing.flush()
            os.fsync(writing.fileno())
    except c2pa.C2paError as error:
        raise ValueError(
            f"{source.name} could not be signed: {error}. Check the certificate and the file."
        ) from error
    return SignedManifest(active_manifest_id(store), store)


def _signer(who: SigningIdentity) -> Any:
    import c2pa

    info = c2pa.C2paSignerInfo(
        who.algorithm.encode(), who.chain_pem.encode(), who.key_pem, who.timestamp_url
    )
    return c2pa.Signer.from_info(info)


def _add(builder: Any, ingredient: Ingredient) -> None:
    told = {
        "title": ingredient.path.name,
        "relationship": ingredient.relationship,
        "label": ingredient.label,
    }
    with ingredient.path.open("rb") as stream:
        builder.add_ingredient(json.dumps(told), str(media_type(ingredient.path)), stream)


def active_manifest_id(store: bytes) -> str:
    """Return the identifier of the newest manifest of a store."""
    import c2pa

    with (
        c2pa.Context.from_dict(sdk_settings("")) as context,
        c2pa.Reader("application/c2pa", io.BytesIO(store), context=context) as reader,
    ):
        return str(json.loads(reader.json())["active_manifest"])
