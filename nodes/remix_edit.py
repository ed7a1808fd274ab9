"""The edit that replaces a clip, or what a mask covers of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .edit import Edit, frames_in, placement_for

if TYPE_CHECKING:
    from torch import Tensor

    from ..host.media import Footage


def remix_edit(
    source: Footage,
    seconds: float,
    size_px: int,
    mask: Tensor | None = None,
    keeps_sound: bool = False,
) -> Edit:
    """Return the edit of the first ``seconds`` of a clip (0: of all of it).

    ``mask`` [M, H, W] is one for all frames or shared out evenly among them, of any size.

    Raises:
        ValueError: a time or size out of range, or a mask that is none or covers nothing.
    """
    frames = min(frames_in(source, seconds), source.frames) if seconds else source.frames
    placement = placement_for(source.size, size_px)
    fitted = None if mask is None else fitted_mask(mask, frames, source.size)
    return Edit(source, placement, "remix", 0, 0, frames, mask=fitted, keeps_sound=keeps_sound)


def fitted_mask(mask: Tensor, frames: int, size: tuple[int, int]) -> Tensor:
    """Return a mask of any size as ``[1 or frames, height, width]`` in 0..1.

    Raises:
        ValueError: it has another shape, or is 0 everywhere.
    """
    from torch.nn.functional import interpolate

    given = mask[None] if mask.ndim == 2 else mask
    if given.ndim != 3 or not given.numel():
        raise ValueError(
            f"mask of shape {list(mask.shape)} is no mask. Connect one of shape [height, width], "
            "or one for each frame"
        )
    if not bool((given > 0).any()):
        raise ValueError("mask is 0 everywhere, so nothing would change. Paint where to change it")
    chosen = given.float().cpu()
    if len(given) > 1:
        chosen = chosen[[at * len(given) // frames for at in range(frames)]]
    if tuple(chosen.shape[1:]) != size:
        chosen = interpolate(chosen[:, None], size, mode="bilinear", align_corners=False)[:, 0]
    return chosen.clamp(0, 1)
