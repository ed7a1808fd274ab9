"""Sockets and widgets that several blocks have, each declared once."""

from __future__ import annotations

from ..host import io
from ..model.shapes import MAX_SIDE_PX, SPACE_STRIDE
from .clip_plan import MAX_FPS, MIN_FPS


def model_input() -> io.Model.Input:
    """Return the socket of the transformer."""
    return io.Model.Input("model", tooltip="Transformer of Hibari Load Model, or any LTX-2.")


def video_codec_input() -> io.Vae.Input:
    """Return the socket of the codec for pictures."""
    return io.Vae.Input("vae", tooltip="Video codec: the vae of Hibari Load Model.")


def audio_codec_input() -> io.Vae.Input:
    """Return the socket of the codec for sound."""
    return io.Vae.Input("audio_vae", tooltip="Audio codec: the audio_vae of Hibari Load Model.")


def codec_inputs() -> list[io.Vae.Input]:
    """Return the sockets of both codecs."""
    return [video_codec_input(), audio_codec_input()]


def side_input(name: str, *, optional: bool = False) -> io.Int.Input:
    """Return the widget of the width or height of a clip to be made, in px."""
    return io.Int.Input(
        name,
        default=256,
        min=SPACE_STRIDE,
        max=MAX_SIDE_PX,
        step=SPACE_STRIDE,
        optional=optional,
        tooltip=(
            f"{name.capitalize()} in pixels, snapped to the nearest multiple of 32. Time and "
            "memory grow with width x height; the bundled model was trained at 256x256."
        ),
    )


def fps_input(*, optional: bool = False) -> io.Float.Input:
    """Return the widget of the frames per second of a clip to be made."""
    return io.Float.Input(
        "fps",
        default=24.0,
        min=MIN_FPS,
        max=MAX_FPS,
        step=0.01,
        optional=optional,
        tooltip=(
            "Frames per second. More is smoother and costs proportionally more; the bundled "
            "model was trained at 24."
        ),
    )
