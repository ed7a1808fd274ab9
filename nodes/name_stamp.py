"""Text as a stamp for the visible mark: light letters with a dark rim, readable on anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

MAX_NAME = 64
HEIGHT_SHARE = 0.055
"""Height of the letters against the short side of the frame."""
WIDTH_SHARE = 0.6
COVER_SHARE = 0.036
"""A little less than the mark's limit: moving by parts of a pixel adds a row and a column."""
OPACITY = 0.8
RIM_SHARE = 0.09
MIN_LETTERS_PX = 6
FONTS = (
    *("DejaVuSans.ttf", "NotoSans-Regular.ttf", "arial.ttf", "Arial Unicode.ttf"),
    *("NotoSansCJK-Regular.ttc", "msgothic.ttc", "YuGothM.ttc", "msyh.ttc", "PingFang.ttc"),
)


def name_stamp(text: str, rows: int, columns: int) -> Tensor:
    """Return the text as ``[y, x, 2]`` (brightness, opacity) for frames of ``rows`` x ``columns``.

    It grows with the frame, and shrinks where it would be too wide or cover too much; below six
    pixels it is shortened instead.

    Raises:
        ValueError: the text is empty or too long, or no font here has its letters.
    """
    import numpy as np
    import torch
    from PIL import Image, ImageDraw

    text = " ".join(text.split())
    if not 1 <= len(text) <= MAX_NAME:
        raise ValueError(f"the visible mark has {len(text)} letters; write 1 to {MAX_NAME}")
    size = max(round(HEIGHT_SHARE * min(rows, columns)), MIN_LETTERS_PX)
    while True:
        font = _font_for(text, size)
        rim = max(round(RIM_SHARE * size), 1)
        left, top, right, bottom = font.getbbox(text, stroke_width=rim)
        width, height = int(right - left), int(bottom - top)
        fits = width <= WIDTH_SHARE * columns and width * height <= COVER_SHARE * rows * columns
        if fits or len(text) < 2:
            break
        if size > MIN_LETTERS_PX:
            size -= 1
        else:  # a long name on a small frame: part of it is better than none
            text = text[:-2] + "…"
    letters, rims = Image.new("L", (width, height)), Image.new("L", (width, height))
    ImageDraw.Draw(letters).text((-left, -top), text, font=font, fill=255)
    ImageDraw.Draw(rims).text((-left, -top), text, font=font, fill=255, stroke_width=rim)
    light, opacity = (np.asarray(image, dtype=np.float32) / 255 for image in (letters, rims))
    return torch.from_numpy(np.stack([light, OPACITY * opacity], axis=-1))


def _font_for(text: str, size: int) -> Any:
    """The first font that has every letter: Pillow's own, then usual ones of the system."""
    from PIL import ImageFont

    own = ImageFont.load_default(size)
    for name in (None, *FONTS):
        try:
            font = own if name is None else ImageFont.truetype(name, size)
        except OSError:
            continue
        if all(letter.isspace() or _has(font, letter) for letter in text):
            return font
    raise ValueError(
        f"no font here can write the visible mark {text!r}; write it in Latin letters or install "
        "a font that has its letters, for example Noto Sans CJK"
    )


def _has(font: Any, letter: str) -> bool:
    """Whether a font draws something else for a letter than its box for unknown ones."""
    unknown = font.getmask("\U0010fffd")
    drawn = font.getmask(letter)
    return (drawn.size, bytes(drawn)) != (unknown.size, bytes(unknown))
