"""The widgets of the storyboard block: the look that shots share, and how they are joined."""

from __future__ import annotations

from ..host import io
from .sample_widgets import sampling_inputs
from .shared_inputs import fps_input, side_input

SHARED: dict[str, tuple[float, float, float, float, str]] = {
    "dissolve": (
        *(0.5, 0.0, 10.0, 0.1),
        "Seconds that a dissolve lasts; both shots are made for that long, so it costs their time.",
    ),
    "sound_overlap": (
        *(0.3, 0.0, 5.0, 0.05),
        "Seconds that the sound changes before (J-cut) or after (L-cut) the picture; shots are "
        "made longer by that, which costs time.",
    ),
    "room_tone": (
        *(-3.0, -60.0, 12.0, 0.5),
        "dB of the sound of the place below all shots, against what was found in them: 0 is as "
        "strong, -60 is off. Costs nothing.",
    ),
    "continuity": (
        *(1.0, 0.0, 10.0, 0.05),
        "How strongly later shots are shown a frame of the first one, so that they keep its look: "
        "0 not at all, 1 shows it, above pushes towards it (twice the time). A checkpoint that was "
        "not trained with references is shown none, and the block says so.",
    ),
}
"""Numbers by name: default, least, most, step, and what they do."""


def storyboard_inputs() -> list[io.WidgetInput]:
    """Return style, size, rate and seed, then what is folded away."""
    steps, guidance, seed = sampling_inputs()[:3]
    seed.optional = True  # as the others are, so that it stands behind them
    return [
        io.String.Input(
            "style",
            default="",
            optional=True,
            placeholder="watercolour, warm evening light",
            tooltip="The look of all shots, a sentence of each prompt; may be empty.",
        ),
        *(side_input(name, optional=True) for name in ("width", "height")),
        fps_input(optional=True),
        seed,
        *(_number(name) for name in SHARED),
        _folded(steps),
        _folded(guidance),
    ]


def _number(name: str) -> io.Float.Input:
    default, low, high, step, tooltip = SHARED[name]
    return io.Float.Input(
        name,
        default=default,
        min=low,
        max=high,
        step=step,
        round=0.01,
        optional=True,
        advanced=True,
        tooltip=tooltip,
    )


def _folded(item: io.WidgetInput) -> io.WidgetInput:
    item.optional, item.advanced = True, True
    return item
