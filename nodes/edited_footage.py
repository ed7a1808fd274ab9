"""The picture and sound of an edited clip, read through: what stayed from its source, what was made
from a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..host import check_interrupted, temp_directory
from ..model.seam import frames_to_spread, join_sound, rising

if TYPE_CHECKING:
    from torch import Tensor

    from ..host.media import Footage
    from .edit import Edit


LOOKED_AT = 49
"""Frames of a clip, next to the seam, that tell how much it moves."""


class Stretch(NamedTuple):
    """Frames ``start`` to ``stop`` of something that can be read."""

    of: Any
    start: int
    stop: int


def put_back(edit: Edit, images: Tensor, audio: dict[str, Any] | None) -> Footage:
    """Return the source of an edit with the made frames [F, H, W, 3] and sound in their place.

    Raises:
        ValueError: other frames than the edit asks for.
    """
    from dataclasses import replace

    from ..host.media import FrameFile

    made = _made(edit, images)
    file = FrameFile(_frames(edit, made), edit.source.size, temp_directory())
    stretches = _stretches(edit, file)
    return replace(
        edit.source,
        frames=sum(part.stop - part.start for part in stretches),
        audio=_sound(edit, audio),
        read=lambda start, stop: _read(stretches, start, stop),
        file=None,
    )


def _made(edit: Edit, images: Tensor) -> Tensor:
    height, width = edit.placement.outer
    wanted = edit.skipped + edit.frames
    if images.ndim != 4 or images.shape[1:3] != (height, width) or len(images) < wanted:
        raise ValueError(
            f"images of shape {list(images.shape)} are not the {wanted} frames of {width}x{height} "
            "px that this edit asks for. Connect the frames decoded from the latent of its block"
        )
    return images[edit.skipped : wanted, ..., :3]


def _frames(edit: Edit, made: Tensor) -> Iterator[Tensor]:
    """The frames of the file, at the source's size: faded where the two overlap, or composited."""
    from ..host.media import as_float

    if edit.kind == "remix":
        yield from _composited(edit, made)
        return
    forward = edit.kind == "forward"
    overlap = edit.source.read(*((edit.start, edit.source.frames) if forward else (0, edit.shared)))
    first = 0 if forward else edit.frames - edit.shared
    weights = rising(edit.shared) if forward else rising(edit.shared).flip(0)
    border = edit.shared if forward else first - 1
    jump, spread = _jump(edit, made)
    for index, frame in enumerate(made):
        check_interrupted()
        placed = edit.placement.back(frame.float())
        within, beyond = index - first, abs(index - border)
        if 0 <= within < edit.shared and (old := next(overlap, None)) is not None:
            placed = _mixed(as_float(old), placed, float(weights[within]))
        elif beyond < spread:
            placed = (placed + jump * (1 - (beyond + 1) / (spread + 1))).clamp(0, 1)
        yield placed


def _jump(edit: Edit, made: Tensor) -> tuple[Tensor, int]:
    """What the picture jumps by at the seam, and the made frames that are to take it up.

    None where the clip itself moves as much from one frame to the next.
    """
    count, shared = edit.source.frames, edit.shared
    near, share = rising(shared)[-1], edit.frames - shared
    if edit.kind == "forward":
        edge, old, new = count - 1, made[shared - 1], made[shared]
        own = edit.source.between(count - LOOKED_AT, count)
    else:
        edge, old, new = 0, made[share], made[share - 1]
        own = edit.source.between(0, LOOKED_AT)
    last = _mixed(edit.source.between(edge, edge + 1)[0], edit.placement.back(old), float(near))
    jump = last - edit.placement.back(new.float())
    steps = (own[1:] - own[:-1]).abs().mean(dim=(1, 2, 3))
    largest = float(steps.max()) if len(steps) else 0.0
    return jump, frames_to_spread(float(jump.abs().mean()), largest)


def _mixed(old: Tensor, new: Tensor, weight: float) -> Tensor:
    return old + (new - old) * weight


def _composited(edit: Edit, made: Tensor) -> Iterator[Tensor]:
    """The made frames, or where a mask leaves something as it was, that to the last bit."""
    import torch

    from ..host.media import as_float

    masks = edit.mask
    source: Iterator[Tensor] = edit.source.read(edit.start, edit.start + edit.frames)
    for index, (frame, old) in enumerate(zip(made, source, strict=False)):
        check_interrupted()
        placed = edit.placement.back(frame.float())
        if masks is None:
            yield placed
            continue
        weight = masks[index if len(masks) > 1 else 0][..., None]
        before = as_float(old)
        mixed = before + (placed - before) * weight
        kept = torch.where(weight > 0, mixed, before)
        yield kept


def _stretches(edit: Edit, file: Any) -> Sequence[Stretch]:
    whole = Stretch(file, 0, file.count)
    if edit.kind == "forward":
        return [Stretch(edit.source, 0, edit.start), whole]
    if edit.kind == "backward":
        return [whole, Stretch(edit.source, edit.shared, edit.source.frames)]
    return [whole]


def _read(stretches: Sequence[Stretch], start: int, stop: int) -> Iterator[Tensor]:
    passed = 0
    for part in stretches:
        length = part.stop - part.start
        first, last = max(start - passed, 0), min(stop - passed, length)
        if first < last:
            yield from part.of.read(part.start + first, part.start + last)
        passed += length


def _sound(edit: Edit, audio: dict[str, Any] | None) -> dict[str, Any] | None:
    """The sound of the whole in stereo, at the higher of both rates; None where there is none."""
    from ..host.media import conform_audio

    given = edit.source.audio
    if edit.kind == "remix":
        return _remixed_sound(edit, given if edit.keeps_sound or audio is None else audio)
    if given is None and audio is None:
        return None
    rate_hz = max(int(one["sample_rate"]) for one in (given, audio) if one is not None)
    source = conform_audio(given, rate_hz, edit.source.frames / edit.fps)
    made = conform_audio(audio, rate_hz, edit.frames / edit.fps, start_s=edit.skipped / edit.fps)
    shared = min(round(edit.shared / edit.fps * rate_hz), source.shape[-1], made.shape[-1])
    if edit.kind == "forward":
        joined = join_sound(source, made, shared, rate_hz)
    else:
        joined = join_sound(source.flip(-1), made.flip(-1), shared, rate_hz).flip(-1)
    total = (edit.source.frames + edit.new) / edit.fps
    whole = conform_audio({"waveform": joined[None], "sample_rate": rate_hz}, rate_hz, total)
    return {"waveform": whole[None], "sample_rate": rate_hz}


def _remixed_sound(edit: Edit, audio: dict[str, Any] | None) -> dict[str, Any] | None:
    """The sound of a remix in stereo at its own rate, as long as the picture."""
    from ..host.media import conform_audio

    if audio is None:
        return None
    rate_hz = int(audio["sample_rate"])
    waveform = conform_audio(audio, rate_hz, edit.frames / edit.fps)
    return {"waveform": waveform[None], "sample_rate": rate_hz}
