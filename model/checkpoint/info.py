"""What our checkpoints say about themselves beside the LTX-2 ``config``: the ``hibari`` object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from ..shapes import VIDEO_CHANNELS
from .details import Detail, details_from

FORMAT = 1

Rgb = tuple[float, float, float]


@dataclass(frozen=True)
class Recommended:
    """Settings that a checkpoint was made for; the defaults are those of the official weights.

    Attributes:
        steps: sampling steps.
        guidance: classifier-free guidance scale; 1 is none.
        audio_guidance: the scale for the sound, where it differs.
        width, height: in pixels.
        seconds, fps: duration and frame rate.
        sigmas: explicit noise levels of a distilled model, ending in 0; they replace the schedule.
        details: what the model wants to be told, where a sentence leaves it open.
    """

    steps: int = 40
    guidance: float = 3.0
    audio_guidance: float | None = None
    width: int = 768
    height: int = 512
    seconds: float = 5.0
    fps: float = 24.0
    sigmas: tuple[float, ...] | None = None
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class LatentRgb:
    """What a latent looks like without decoding it, for previews: ``latent @ factors + bias``.

    Attributes:
        factors: red, green and blue in -1..1 of each latent channel.
        bias: the colour of the latent 0.

    Raises:
        ValueError: there is not one finite colour for each channel.
    """

    factors: tuple[Rgb, ...]
    bias: Rgb

    def __post_init__(self) -> None:
        rows = (*self.factors, self.bias)
        finite = all(math.isfinite(value) for row in rows for value in row)
        if len(self.factors) != VIDEO_CHANNELS or {len(row) for row in rows} != {3} or not finite:
            raise ValueError(
                f"preview colours of {len(self.factors)} channels were given; give three finite "
                f"numbers for each of {VIDEO_CHANNELS} channels, and three as bias"
            )

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> LatentRgb:
        """Reads ``{"factors": [[r, g, b], ...], "bias": [r, g, b]}``."""
        return cls(tuple(map(_rgb, metadata["factors"])), _rgb(metadata["bias"]))


def _rgb(values: Sequence[float]) -> Rgb:
    red, green, blue = map(float, values)
    return red, green, blue


@dataclass(frozen=True)
class CheckpointInfo:
    """Identity of a checkpoint.

    Attributes:
        name: shown to people.
        av_order: order of the audio-from-video attention it was trained with, ``comfy`` or
            ``reference``; it leaves no trace in the weights.
        recommended: settings.
        latent_rgb: colours of its latents; None where nobody fitted them.
        trained_with_references: whether it knows reference views and voices of subjects.
    """

    name: str = "LTX-2"
    av_order: str = "reference"
    recommended: Recommended = field(default_factory=lambda: Recommended(audio_guidance=7.0))
    latent_rgb: LatentRgb | None = None
    trained_with_references: bool = False

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> CheckpointInfo:
        """Reads the ``hibari`` object.

        Raises:
            ValueError: it was written by a later format, or its colours fit no latent.
        """
        if metadata.get("format") != FORMAT:
            raise ValueError(
                f"'hibari' in its metadata has format {metadata.get('format')!r}; this "
                f"version reads {FORMAT}: update Hibari"
            )
        given = dict(metadata.get("recommended", {}))
        known = {f.name for f in fields(Recommended)}
        # Advice that an older version does not know cannot make the weights wrong: ignored.
        values = {key: value for key, value in given.items() if key in known}
        if values.get("sigmas") is not None:
            values["sigmas"] = tuple(float(sigma) for sigma in values["sigmas"])
        values["details"] = details_from(values.get("details", ()))
        colours = metadata.get("latent_rgb")
        return cls(
            name=str(metadata.get("name", "unnamed")),
            av_order=str(metadata.get("av_order", "comfy")),
            recommended=Recommended(**values),
            latent_rgb=None if colours is None else LatentRgb.from_metadata(colours),
            trained_with_references=bool(metadata.get("trained_with_references", False)),
        )

    def to_metadata(self) -> dict[str, Any]:
        """The JSON object that `from_metadata` reads."""
        advice = {k: v for k, v in asdict(self.recommended).items() if v not in (None, ())}
        colours = {} if self.latent_rgb is None else {"latent_rgb": asdict(self.latent_rgb)}
        return {
            "format": FORMAT,
            "name": self.name,
            "av_order": self.av_order,
            "recommended": advice,
            **colours,
            **({"trained_with_references": True} if self.trained_with_references else {}),
        }
