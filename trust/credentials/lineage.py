"""The tree of what went into a file, each part with what was found when it was taken in.

The SDK reports a part that was changed only inside that part's own record, so the tree is walked
to its leaves, with a bound on its depth: manifests come from anybody.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .manifest import GENERATION

UNTRUSTED = "signingCredential.untrusted"
EXPIRED = "signingCredential.expired"
_MAX_DEPTH, _MAX_PARTS = 32, 1000
_WORDS = {
    "assertion.bmffHash.mismatch": "the video or its tags were changed",
    "assertion.dataHash.mismatch": "the content was changed",
    "assertion.boxesHash.mismatch": "the content was changed",
    "assertion.hashedURI.mismatch": "a statement of the manifest was changed",
    "assertion.missing": "a statement of the manifest was removed",
    "claimSignature.mismatch": "the claim or its signature was changed",
    "claimSignature.missing": "the signature was removed",
    "ingredient.manifest.mismatch": "the manifest of an ingredient was changed",
    EXPIRED: "the certificate has expired",
}


@dataclass(frozen=True)
class Problem:
    """One thing that does not hold: the C2PA ``code``, in words, and in which part."""

    code: str
    what: str
    where: str


@dataclass(frozen=True)
class Lineage:
    """A file and what went into it. ``state`` is trusted, valid, expired, tampered or none.

    ``generation`` is what its manifest tells of how it was made.
    """

    title: str
    relationship: str
    state: str
    manifest_id: str | None = None
    signer: str | None = None
    made: str | None = None
    ingredients: tuple[Lineage, ...] = ()
    problems: tuple[Problem, ...] = ()
    generation: Mapping[str, Any] = field(default_factory=dict)


def state_of(results: Mapping[str, Any] | None, odd: list[str]) -> str:
    """Return the state of one manifest from its validation results, without its ingredients."""
    codes = {str(one.get("code")) for one in failures_of(results)}
    signed = {str(one.get("code")) for one in _active(results).get("success", [])}
    if odd or codes - {UNTRUSTED, EXPIRED} or "claimSignature.validated" not in signed:
        return "tampered"
    if EXPIRED in codes:
        return "expired"
    trusted = UNTRUSTED not in codes and "signingCredential.trusted" in signed
    return "trusted" if trusted else "valid"


def _active(results: Mapping[str, Any] | None) -> Mapping[str, Any]:
    return (results or {}).get("activeManifest") or {}


def failures_of(results: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Return what did not hold of one manifest."""
    return list(_active(results).get("failure", []))


def lineage_of(told: Mapping[str, Any], manifest_id: str, state: str) -> Lineage:
    """Return the tree below a manifest of what the SDK ``told``; ``state`` is that of its root.

    A part may be named by many others, and manifests are made by strangers: at most 1,000 places
    of the tree are walked, 32 deep.
    """
    root = Lineage("", "this", state)
    return _grown(told, manifest_id, root, 0, itertools.count())


def _grown(
    told: Mapping[str, Any], manifest_id: str, bare: Lineage, depth: int, walked: Iterator[int]
) -> Lineage:
    """Return ``bare`` with what its manifest tells and the parts below it."""
    manifest = told.get("manifests", {}).get(manifest_id, {})
    parts = []
    for ingredient in manifest.get("ingredients", []) if depth < _MAX_DEPTH else []:
        if next(walked) >= _MAX_PARTS:
            break
        part = _part(ingredient)
        inner = ingredient.get("active_manifest")
        parts.append(part if inner is None else _grown(told, inner, part, depth + 1, walked))
    actions = assertion_of(manifest, "c2pa.actions").get("actions", [{}])
    made = next((one["digitalSourceType"] for one in actions if "digitalSourceType" in one), "")
    return replace(
        bare,
        title=str(manifest.get("title")),
        manifest_id=manifest_id,
        signer=signer_name(manifest),
        made=made.rsplit("/", 1)[-1] or None,
        ingredients=tuple(parts),
        generation=assertion_of(manifest, GENERATION),
    )


def _part(ingredient: Mapping[str, Any]) -> Lineage:
    """Return one ingredient with what was found when it was taken in."""
    title, kind = str(ingredient.get("title")), str(ingredient.get("relationship", "unknown"))
    if ingredient.get("active_manifest") is None:
        return Lineage(title, kind, "none")
    results = ingredient.get("validation_results")
    if results is None:  # manifests of C2PA 1 list failures only
        failures = list(ingredient.get("validation_status") or [])
        codes = {str(one.get("code")) for one in failures}
        state = "tampered" if codes - {UNTRUSTED, EXPIRED} else "valid"
    else:
        failures, state = failures_of(results), state_of(results, [])
    problems = tuple(
        problem_of(one, title) for one in failures if one.get("code") not in (UNTRUSTED, EXPIRED)
    )
    return Lineage(title, kind, state, problems=problems)


def all_parts(lineage: Lineage) -> Iterator[Lineage]:
    """Yield a file and all that went into it."""
    yield lineage
    for part in lineage.ingredients:
        yield from all_parts(part)


def worst_state(lineage: Lineage) -> str:
    """Return the file's own state, or tampered when any part of its lineage is."""
    changed = any(part.state == "tampered" for part in all_parts(lineage))
    return "tampered" if changed else lineage.state


def problem_of(failure: Mapping[str, Any], where: str) -> Problem:
    """Return a failure that the SDK reports, in words."""
    code = str(failure.get("code"))
    return Problem(code, _WORDS.get(code, str(failure.get("explanation") or code)), where)


def signer_name(manifest: Mapping[str, Any]) -> str | None:
    """Return who signed a manifest, by certificate."""
    info = manifest.get("signature_info", {})
    name = info.get("common_name") or info.get("issuer")
    return None if name is None else str(name)


def assertions_of(manifest: Mapping[str, Any], label: str) -> list[Mapping[str, Any]]:
    """Return the data of assertions with a label, whatever version number follows it."""
    return [
        one["data"]
        for one in manifest.get("assertions", [])
        if str(one.get("label", "")).removesuffix(".v2") == label
        and isinstance(one.get("data"), dict)
    ]


def assertion_of(manifest: Mapping[str, Any], label: str) -> Mapping[str, Any]:
    """Return the data of the first assertion with a label; {} without one."""
    return next(iter(assertions_of(manifest, label)), {})
