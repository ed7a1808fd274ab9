"""The pictures of the template browser, made from what each template really makes.

Four frames in reading order, and below them the loudness of the sound over time.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw

from .writer import FOLDER

if TYPE_CHECKING:
    from ...host.media import VideoClip

log = logging.getLogger(__name__)

FRAME_PX, SOUND_PX, BAR_PX = 256, 48, 4
SIDE_PX = 2 * FRAME_PX
JPEG_QUALITY = 88
AGREED = {"HibariCameoEnroll": {"i_agree": True}}
"""What people confirm before they press Run; the subjects of our templates are made by them."""
INK, PAPER = (235, 235, 235), (24, 24, 28)


def make_thumbnails(names: Iterable[str]) -> None:
    """Run the templates of these names and write their pictures beside them.

    Raises:
        ValueError: there is no such template, or it fails or shows no video.
    """
    for name in names:
        picture = thumbnail(first_video(FOLDER / f"{name}.json"))
        path = FOLDER / f"{name}.jpg"
        unfinished = path.with_suffix(".part")
        picture.save(unfinished, "JPEG", quality=JPEG_QUALITY, optimize=True)
        unfinished.replace(path)
        log.info("%s", path)


def first_video(template: Path) -> VideoClip:
    """The first video that a template shows, run here with the values in its file.

    Raises:
        ValueError: there is no such template, or it fails or shows no video.
    """
    from ...headless.engine import Engine
    from ...headless.registry import load_blocks
    from ...headless.report import problems_of, written
    from ...headless.ui_format import to_prompt
    from ...host.embedded.folders import result_path, set_folders
    from ...host.media import read_video

    if not template.is_file():
        known = ", ".join(path.stem for path in sorted(FOLDER.glob("*.json")))
        raise ValueError(f"no template is called {template.stem!r}. Use one of: {known}")
    blocks = load_blocks()
    infos = {name: block.GET_NODE_INFO_V1() for name, block in blocks.items()}
    workflow: dict[str, Any] = json.loads(template.read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        set_folders(output=Path(folder))
        try:
            prompt = to_prompt(workflow, infos)
            for node in prompt.values():
                node["inputs"] |= AGREED.get(node["class_type"], {})
            result = Engine(blocks, keep_results=False).run(prompt)
            if not result.success:
                raise ValueError(f"{template.stem} failed: {'; '.join(problems_of(result))}")
            for item in written(result, result_path):
                if item["type"] == "video":
                    return read_video(item["path"])
        finally:
            set_folders(output=None)
    raise ValueError(f"{template.stem} shows no video. Add a block that saves or previews one")


def thumbnail(clip: VideoClip) -> Image.Image:
    """Picture of a clip: frames at the start, after one and two thirds, and at the end."""
    canvas = Image.new("RGB", (SIDE_PX, SIDE_PX + (SOUND_PX if clip.audio else 0)), PAPER)
    moments = np.linspace(0, len(clip.frames) - 1, 4).round().astype(int)
    for place, moment in enumerate(moments):
        frame = covering(Image.fromarray(np.asarray(clip.frames[moment])))
        canvas.paste(frame, (place % 2 * FRAME_PX, place // 2 * FRAME_PX))
    if clip.audio:
        draw_sound(canvas, np.asarray(clip.audio["waveform"]))
    return canvas


def covering(frame: Image.Image) -> Image.Image:
    """The middle of a frame as a square."""
    side = min(frame.size)
    left, top = (frame.width - side) // 2, (frame.height - side) // 2
    square = frame.crop((left, top, left + side, top + side))
    return square.resize((FRAME_PX, FRAME_PX), Image.Resampling.LANCZOS)


def draw_sound(canvas: Image.Image, waveform: np.ndarray) -> None:
    """Bars of the peaks of a waveform [..., samples] over its duration, in the bottom strip."""
    pen, middle = ImageDraw.Draw(canvas), canvas.height - SOUND_PX / 2
    loudness = np.abs(waveform).reshape(-1, waveform.shape[-1]).max(axis=0)
    peaks = [part.max(initial=0) for part in np.array_split(loudness, SIDE_PX // BAR_PX)]
    scale = (SOUND_PX / 2 - 2) / max(*peaks, 1e-3)
    for index, peak in enumerate(peaks):
        reach = max(1, peak * scale)
        left = index * BAR_PX
        pen.rectangle((left, middle - reach, left + BAR_PX - 2, middle + reach), fill=INK)
