"""Pieces of one clip, each of which begins before the last one ends."""

from __future__ import annotations

import torch
from torch import Tensor


def overlap_add(made: Tensor, piece: Tensor, start: int, dim: int) -> Tensor:
    """``made`` and then ``piece``, which begins at ``start`` along ``dim``, within or at its end.

    Where both are there, one gives way to the other evenly: they show the same thing, so their
    sum needs no more than that.

    Raises:
        ValueError: a gap, or a piece that begins before the start or ends before the other does.
    """
    length, added = made.shape[dim], piece.shape[dim]
    if not 0 <= start <= length or start + added < length:
        raise ValueError(
            f"a piece from {start} to {start + added} does not go on from 0..{length}; "
            "begin it inside and end it behind"
        )
    shared = length - start
    weight = (torch.arange(shared, dtype=piece.dtype) + 1) / (shared + 1)
    weight = weight.view([-1 if axis == dim % piece.ndim else 1 for axis in range(piece.ndim)])
    weight = weight.to(piece.device)
    before, old = made.narrow(dim, 0, start), made.narrow(dim, start, shared)
    new, after = piece.narrow(dim, 0, shared), piece.narrow(dim, shared, added - shared)
    return torch.cat((before, old + (new - old) * weight, after), dim)
