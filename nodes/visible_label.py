"""The creator's name over the frames of a clip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

PREFIX = "AI · "
NOBODY = "Hibari"
CHUNK_FRAMES = 16


def labelled(frames: Tensor, name: str, fps: float) -> Tensor:
    """Return frames ``[F, H, W, C]`` with the moving label of ``name`` (empty: Hibari).

    Raises:
        ValueError: the name cannot be written, or the frames are too small to hold it.
    """
    import torch

    return torch.cat(list(labelled_chunks(frames.split(CHUNK_FRAMES), name, fps)))


def labelled_chunks(chunks: Iterable[Tensor], name: str, fps: float) -> Iterator[Tensor]:
    """Yield the chunks ``[F, H, W, C]`` of one clip with the moving label of ``name``.

    Raises:
        ValueError: as :func:`labelled`.
    """
    from ..model.watermark import VisibleMark
    from ..trust.credentials.watermark_key import watermark_key
    from .name_stamp import name_stamp

    start, mark = 0, None
    for chunk in chunks:
        if mark is None:
            stamp = name_stamp(PREFIX + (name.strip() or NOBODY), *chunk.shape[1:3])
            mark = VisibleMark(watermark_key(), stamp, fps)
        yield mark.draw(chunk, start)
        start += len(chunk)
