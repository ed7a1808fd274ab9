"""Sizes of our text encoder; saved in the checkpoint as ``config.text_encoder``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

CLASS_NAME = "HashedTextEncoder"


@dataclass(frozen=True)
class TextEncoderConfig:
    """Sizes of a `TextEncoder`.

    Attributes:
        width: hidden width; divisible by ``2 * heads`` (rotary pairs).
        layers: transformer blocks.
        heads: attention heads.
        buckets: rows of the n-gram table; row 0 is padding.
        grams_per_word: most n-gram ids that describe one word.
        max_tokens: most words and punctuation marks of a prompt.
        video_width, audio_width: the transformer's two widths; their sum is the context width.
    """

    width: int = 256
    layers: int = 3
    heads: int = 4
    buckets: int = 8192
    grams_per_word: int = 16
    max_tokens: int = 96
    video_width: int = 256
    audio_width: int = 128

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) < 1:
                raise ValueError(
                    f"text encoder {field.name} is {getattr(self, field.name)}; use 1 or more"
                )
        if self.width % (2 * self.heads):
            raise ValueError(
                f"text encoder width {self.width} is not divisible by twice its {self.heads} "
                f"heads; use a multiple of {2 * self.heads}"
            )
        if self.buckets < 2 or self.grams_per_word < 2:
            raise ValueError(
                f"text encoder has {self.buckets} buckets and {self.grams_per_word} grams per "
                "word; use at least 2 of each"
            )

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> TextEncoderConfig:
        """Reads the ``text_encoder`` object of a checkpoint's configuration.

        Raises:
            ValueError: another class of encoder, or a key that this version does not know.
        """
        values = dict(metadata)
        name = values.pop("_class_name", CLASS_NAME)
        if name != CLASS_NAME:
            raise ValueError(f"text encoder {name!r} is unknown; this version reads {CLASS_NAME!r}")
        unknown = sorted(set(values) - {field.name for field in fields(cls)})
        if unknown:
            raise ValueError(
                f"text_encoder has unknown keys {unknown}; update Hibari or remove them"
            )
        return cls(**values)

    def to_metadata(self) -> dict[str, Any]:
        """The JSON object that `from_metadata` reads."""
        return {"_class_name": CLASS_NAME, **asdict(self)}

    @classmethod
    def tiny(cls, video_width: int = 32, audio_width: int = 16) -> TextEncoderConfig:
        """A few thousand parameters, for tests."""
        return cls(
            width=16,
            layers=1,
            heads=2,
            buckets=64,
            video_width=video_width,
            audio_width=audio_width,
        )
