"""Policies: readable TOML files that say what the guard refuses, and how the label is worn.

Bundled policies are ``default``, ``strict``, ``teen`` and ``off-for-research``; people add
theirs to ``HIBARI_HOME/policies``. A mistake in a file is reported with its line.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .category import ALWAYS_REFUSED, Category
from .policy_file import PolicyFile

BUNDLED = Path(__file__).parent / "policies"
DEFAULT_POLICY = "default"
OFF_FOR_RESEARCH = "off-for-research"


class Action(StrEnum):
    """What happens to a category."""

    ALLOW = "allow"
    REFUSE = "refuse"
    REFUSE_MILD = "refuse-mild"
    ATTEST = "attest"


@dataclass(frozen=True)
class Policy:
    """What is refused and what is asked for; see ``policies/default.toml`` for every field."""

    name: str = DEFAULT_POLICY
    description: str = ""
    categories: Mapping[Category, Action] = field(default_factory=dict)
    classifier_threshold: float = 0.5
    faces_in_uploads: Action = Action.ATTEST
    frame_detectors: tuple[str, ...] = ()
    frames_required: bool = False
    frame_interval_s: float = 0.5
    frame_score: float = 0.45
    recogniser: str | None = None
    recogniser_required: bool = False
    visible_mark: bool = True
    invisible_watermark: bool = True
    log_prompt_text: bool = False

    def action(self, category: Category) -> Action:
        """Return what happens to a category; minors in a sexual context are always refused."""
        if category is ALWAYS_REFUSED:
            return Action.REFUSE_MILD
        return self.categories.get(category, Action.REFUSE)

    def unenforced(self) -> tuple[str, ...]:
        """Return the categories that this policy lets pass, for the manifest."""
        return tuple(c.value for c in Category if self.action(c) is Action.ALLOW)


def load_policy(name_or_path: str | Path = DEFAULT_POLICY, home: Path | None = None) -> Policy:
    """Return a policy by name, or from a TOML file.

    ``home`` is the folder whose ``policies`` are known by name besides the bundled ones.

    Raises:
        ValueError: there is no such policy, or its file is wrong; the message tells the line.
    """
    path = policy_path(str(name_or_path), home)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"policy {path} cannot be read: {error}. Give a TOML file") from error
    return read_policy(text, path.stem, str(path))


def policy_names(home: Path | None = None) -> list[str]:
    """Return the names for a dropdown: the bundled policies, ``default`` first, then one's own."""
    bundled = sorted(path.stem for path in BUNDLED.glob("*.toml"))
    own = sorted(path.stem for path in (home / "policies").glob("*.toml")) if home else []
    return list(dict.fromkeys([DEFAULT_POLICY, *bundled, *own]))


def active_policy(home: Path | None = None) -> Policy:
    """Return the policy of this installation.

    ``HIBARI_POLICY`` (a name or a file) wins, then ``policy.toml`` in the home folder, then the
    default.
    """
    given = os.environ.get("HIBARI_POLICY")
    if given:
        return load_policy(given, home)
    if home and (home / "policy.toml").is_file():
        return load_policy(home / "policy.toml", home)
    return load_policy(DEFAULT_POLICY)


def policy_path(name: str, home: Path | None = None) -> Path:
    """Return the file of a policy given by name or by path.

    Raises:
        ValueError: there is none.
    """
    if name in policy_names():
        return BUNDLED / f"{name}.toml"
    if home and name in policy_names(home):
        return home / "policies" / f"{name}.toml"
    path = Path(name).expanduser()
    if path.suffix == ".toml" and path.is_file():
        return path
    raise ValueError(
        f"policy {name!r} is not known; use one of {', '.join(policy_names(home))} or a TOML file"
    )


def read_policy(text: str, name: str, source: str = "policy") -> Policy:
    """Return the policy of a TOML text; what is left out is as in the default policy.

    Raises:
        ValueError: wrong TOML, an unknown key or a wrong value, as ``source, line N: ...``.
    """
    file = PolicyFile(text, source)
    file.check_keys({table: {key for t, key, *_ in _SETTINGS if t == table} for table in _TABLES})
    if file.value("", "format", int, 1) != 1:
        raise file.error("", "format", "is of another version; this Hibari reads format = 1")
    base = Policy() if name == DEFAULT_POLICY else load_policy()
    settings = {
        name: file.value(table, key, kind, getattr(base, name), allowed)
        for table, key, name, kind, allowed in _SETTINGS
        if name
    }
    return Policy(name=name, categories={**base.categories, **_categories(file)}, **settings)


_Range = tuple[float, float]
_SETTINGS: tuple[tuple[str, str, str, type, _Range | tuple[str, ...] | None], ...] = (
    ("", "format", "", int, None),
    ("", "description", "description", str, None),
    ("classifier", "threshold", "classifier_threshold", float, (0.05, 1.0)),
    ("uploads", "faces", "faces_in_uploads", Action, ("allow", "refuse", "attest")),
    ("frames", "detectors", "frame_detectors", tuple, None),
    ("frames", "required", "frames_required", bool, None),
    ("frames", "interval_s", "frame_interval_s", float, (0.01, 60.0)),
    ("frames", "score", "frame_score", float, (0.05, 1.0)),
    ("transcript", "recogniser", "recogniser", str, None),
    ("transcript", "required", "recogniser_required", bool, None),
    ("marks", "visible", "visible_mark", bool, None),
    ("marks", "invisible", "invisible_watermark", bool, None),
    ("log", "prompt_text", "log_prompt_text", bool, None),
)
_TABLES = dict.fromkeys(table for table, *_ in _SETTINGS)


def _categories(file: PolicyFile) -> dict[Category, Action]:
    actions: dict[Category, Action] = {}
    known = [category.value for category in Category]
    for key in file.keys("categories"):
        if key == ALWAYS_REFUSED:
            raise file.error(
                "categories", key, "is refused under every policy and cannot be set. Remove it"
            )
        if key not in known:
            raise file.error("categories", key, f"is no category; use one of {', '.join(known)}")
        allowed = ("allow", "refuse", "refuse-mild")
        if key == Category.REAL_PERSON:
            allowed = ("allow", "refuse", "attest")
        actions[Category(key)] = file.value("categories", key, Action, Action.REFUSE, allowed)
    return actions
