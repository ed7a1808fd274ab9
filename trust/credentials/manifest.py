"""The story of a file as a C2PA manifest (C2PA 2.2): actions, ingredients, assertions.

What the standard has a place for goes there; the rest is one assertion of ours, without anything
private: prompts by hash unless the user chose otherwise, cameos by the hash of their grant.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .contribution import Contribution
from .media_type import SIGNABLE, media_type
from .settings import CredentialSettings

GENERATION = "org.hibari.generation"
SOFT_BINDING = "c2pa.soft-binding"
TRAINING = "cawg.training-mining"
CREATED_BY_MODEL = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
PARTLY_BY_MODEL = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
)
GENERATOR = "Hibari"
_USES = ("ai_generative_training", "ai_training", "ai_inference", "data_mining")
_TRAINING_WORDS = {
    "allowed": "allowed",
    "not-allowed": "notAllowed",
    "constrained": "constrained",
}


@dataclass(frozen=True)
class Ingredient:
    """A file that went in: ``relationship`` as in C2PA (parentOf, componentOf, inputTo)."""

    path: Path
    relationship: str
    label: str


@dataclass(frozen=True)
class ManifestDraft:
    """What is to be signed: the definition for the SDK, the files it refers to, a thumbnail."""

    definition: Mapping[str, Any]
    ingredients: tuple[Ingredient, ...] = ()
    thumbnail_jpeg: bytes = field(default=b"", repr=False)


def draft_manifest(
    contributions: Sequence[Contribution],
    settings: CredentialSettings,
    *,
    title: str,
    version: str,
    thumbnail_jpeg: bytes = b"",
) -> ManifestDraft:
    """Return the manifest that tells what ``contributions`` say.

    ``title`` is the name of the file, ``version`` that of Hibari. A file without parents counts as
    made by a model; one with a parent, or without a model of ours in its graph, as partly so.
    """
    ingredients = tuple(_ingredients(contributions))
    assertions = [
        {"label": "c2pa.actions.v2", "data": {"actions": _actions(contributions, ingredients)}},
        *_soft_bindings(contributions),
        {"label": TRAINING, "data": _training(settings.manifest.training)},
        {"label": GENERATION, "data": _generation(contributions, settings)},
    ]
    definition = {
        "claim_generator_info": [{"name": GENERATOR, "version": version}],
        "title": title,
        "assertions": assertions,
    }
    return ManifestDraft(definition, ingredients, thumbnail_jpeg)


def prompt_hash(text: str) -> str:
    """Return the SHA-256 of a prompt's UTF-8 text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _of(contributions: Iterable[Contribution], kind: str) -> list[dict[str, Any]]:
    return [dict(part.details) for part in contributions if part.kind == kind]


def _ingredients(contributions: Sequence[Contribution]) -> Iterable[Ingredient]:
    """Files that are there and of a type that C2PA knows; only one parent may be a parent."""
    number = 0
    for part in contributions:
        path = Path(str(part.details.get("path", "")))
        if part.kind not in ("parent", "input") or not path.is_file():
            continue
        if media_type(path) in SIGNABLE:
            is_parent = part.kind == "parent" and number == 0
            relation = "componentOf" if part.kind == "parent" else "inputTo"
            yield Ingredient(path, "parentOf" if is_parent else relation, f"ingredient-{number}")
            number += 1


def _actions(
    contributions: Sequence[Contribution], ingredients: Sequence[Ingredient]
) -> list[dict[str, Any]]:
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0).isoformat()
    labels = {
        relation: [one.label for one in ingredients if one.relationship == relation]
        for relation in ("parentOf", "componentOf", "inputTo")
    }
    made_by_model = bool(_of(contributions, "model")) and not labels["parentOf"]
    made: dict[str, Any] = {
        "action": "c2pa.edited" if labels["parentOf"] else "c2pa.created",
        "digitalSourceType": CREATED_BY_MODEL if made_by_model else PARTLY_BY_MODEL,
    }
    if labels["inputTo"]:
        made["parameters"] = {"ingredientIds": labels["inputTo"]}
    actions = [made]
    if labels["parentOf"]:
        opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": labels["parentOf"]}}
        actions.insert(0, opened)
    if labels["componentOf"]:
        placed = {"action": "c2pa.placed", "parameters": {"ingredientIds": labels["componentOf"]}}
        actions.append(placed)
    if _of(contributions, "watermark"):
        actions.append({"action": "c2pa.watermarked.bound"})
    if any(mark.get("shown") for mark in _of(contributions, "visible_mark")):
        actions.append({"action": "org.hibari.visibly_marked"})
    if _of(contributions, "guard"):
        actions.append({"action": "org.hibari.guarded"})
    return [{**action, "when": now} for action in actions]


def _soft_bindings(contributions: Sequence[Contribution]) -> list[dict[str, Any]]:
    """Name each watermark, and say that its algorithm is not on C2PA's public list."""
    return [
        {
            "label": SOFT_BINDING,
            "data": {
                "alg": mark["algorithm"],
                "name": "Hibari watermark; algorithm not on the C2PA soft binding list",
                "blocks": [{"scope": {}, "value": mark["identifier"]}],
            },
        }
        for mark in _of(contributions, "watermark")
    ]


def _training(choice: str) -> dict[str, Any]:
    use = {"use": _TRAINING_WORDS[choice]}
    return {"entries": {f"cawg.{name}": use for name in _USES}}


def _generation(
    contributions: Sequence[Contribution], settings: CredentialSettings
) -> dict[str, Any]:
    marks = _of(contributions, "visible_mark")
    told: dict[str, Any] = {
        "models": _of(contributions, "model"),
        "prompts": [_prompt(one, settings.manifest.prompt) for one in _prompts(contributions)],
        "guard": _of(contributions, "guard"),
        "watermarks": [
            {**mark, "on_public_list": False} for mark in _of(contributions, "watermark")
        ],
        "visible_mark": marks[-1] if marks else {"shown": False, "reason": "none was drawn"},
        "cameos": _of(contributions, "cameo"),
        "inputs": [_input(one) for one in _of(contributions, "input")],
        "remix": settings.manifest.remix,
    }
    if settings.creator:
        told["creator"] = settings.creator
    return told


def _prompts(contributions: Sequence[Contribution]) -> list[dict[str, Any]]:
    return [one for one in _of(contributions, "prompt") if one.get("text")]


def _prompt(details: Mapping[str, Any], choice: str) -> dict[str, Any]:
    kept = {key: value for key, value in details.items() if key != "text"}
    if choice == "none":
        return kept
    told = {**kept, "sha256": prompt_hash(str(details["text"]))}
    return {**told, "text": details["text"]} if choice == "text" else told


def _input(details: Mapping[str, Any]) -> dict[str, Any]:
    """Tell an input by hash and name; where it lies on this computer is nobody's business."""
    path = Path(str(details.get("path", "")))
    told = {key: value for key, value in details.items() if key != "path"}
    if path.is_file():
        told = {"name": path.name, "sha256": file_hash(path), **told}
    return told
