"""A small classifier beside the rules: logistic regression over hashed n-grams and concepts.

It catches combinations that no rule spells out. Features of a reading are its words and pairs of
words, the 3- to 5-grams inside words (Bojanowski et al. 2017, arXiv:1607.04606), hashed to buckets,
and the concepts of the lexicon. The weights (one row per category) are fitted by
``benchmarks/guard.py --fit`` on the training half of the labelled prompts. They stand on their own:
the bundled checkpoint's text encoder gave worse features (see ``docs/guard.md``) and changes with
every training.
Legend: K categories, D features.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from .category import Category
from .lexicon import Lexicon, bundled_lexicon

WEIGHTS = Path(__file__).parent / "classifier.safetensors"
BUCKETS = 8192
CATEGORIES = (
    Category.SEXUAL,
    Category.SEXUAL_MINORS,
    Category.VIOLENCE,
    Category.HATE,
    Category.SELF_HARM,
    Category.POLITICAL,
)
"""Rows of the weights. Names and cameos are known by lists, not by likeness of words."""
_CONCEPT_WEIGHT = 1.0
_WORD = re.compile(r"[a-z0-9]+")

Features = NDArray[np.float32]


class Classifier:
    """Scores readings with fitted weights [K, D] and biases [K]."""

    def __init__(self, weight: Features, bias: Features) -> None:
        self._weight_KD = weight
        self._bias_K = bias

    def scores(self, texts: Sequence[str]) -> dict[Category, float]:
        """Return the highest probability of each category over the readings of one text."""
        features_ND = np.stack([features(text, bundled_lexicon()) for text in texts])
        logits_NK = features_ND @ self._weight_KD.T + self._bias_K
        best_K = 1.0 / (1.0 + np.exp(-logits_NK.max(axis=0)))
        return {name: float(score) for name, score in zip(CATEGORIES, best_K, strict=True)}


@cache
def bundled_classifier() -> Classifier:
    """Return the fitted classifier that comes with the guard."""
    from safetensors.numpy import load_file

    tensors = load_file(WEIGHTS)
    return Classifier(tensors["weight"].astype(np.float32), tensors["bias"].astype(np.float32))


def width(lexicon: Lexicon) -> int:
    """Return D, the number of features."""
    return BUCKETS + len(lexicon.concepts)


def features(text: str, lexicon: Lexicon) -> Features:
    """Return the features [D] of a reading; the hashed part has length 1."""
    vector = np.zeros(width(lexicon), dtype=np.float32)
    words = _WORD.findall(text)
    for piece in _pieces(words):
        vector[crc32(piece.encode()) % BUCKETS] += 1.0
    counts = np.log1p(vector[:BUCKETS])
    vector[:BUCKETS] = counts / max(float(np.linalg.norm(counts)), 1e-6)
    present = lexicon.present(text)
    for at, name in enumerate(sorted(lexicon.concepts)):
        vector[BUCKETS + at] = _CONCEPT_WEIGHT * (name in present)
    return vector


def _pieces(words: Sequence[str]) -> Iterable[str]:
    yield from (f"{first} {second}" for first, second in pairwise(words))
    for word in words:
        marked = f"<{word}>"
        yield marked
        for size in (3, 4, 5):
            yield from (marked[at : at + size] for at in range(len(marked) - size + 1))
