"""``NestedTensor``: several tensors that travel as one, here the video and the audio latent.

Arithmetic, indexing, ``to`` and ``chunk`` act on every stream; ``shape``, ``dtype``, ``device`` and
``layout`` speak for the first stream only (the video), ``ndim`` is the largest.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class NestedTensor:
    """Streams of one latent; ``NestedTensor((video, audio))``."""

    is_nested = True

    def __init__(self, tensors: Iterable[torch.Tensor]) -> None:
        self.tensors = list(tensors)

    def unbind(self) -> list[torch.Tensor]:
        """The streams in order."""
        return self.tensors

    def apply_operation(self, other: Any, operation: Callable[[Any, Any], Any]) -> NestedTensor:
        """``operation`` stream by stream, with the matching stream of ``other`` or with itself."""
        others = other.tensors if isinstance(other, NestedTensor) else [other] * len(self.tensors)
        return NestedTensor(operation(*pair) for pair in zip(self.tensors, others, strict=False))

    def _each(self, operation: Callable[[torch.Tensor], Any]) -> NestedTensor:
        return NestedTensor(operation(tensor) for tensor in self.tensors)

    def __add__(self, other: Any) -> NestedTensor:
        return self.apply_operation(other, operator.add)

    def __sub__(self, other: Any) -> NestedTensor:
        return self.apply_operation(other, operator.sub)

    def __mul__(self, other: Any) -> NestedTensor:
        return self.apply_operation(other, operator.mul)

    def __truediv__(self, other: Any) -> NestedTensor:
        return self.apply_operation(other, operator.truediv)

    def __getitem__(self, index: Any) -> NestedTensor:
        return self._each(lambda tensor: tensor[index])

    def to(self, *args: Any, **kwargs: Any) -> NestedTensor:
        """Every stream moved or cast as ``torch.Tensor.to`` does."""
        return self._each(lambda tensor: tensor.to(*args, **kwargs))

    def float(self) -> NestedTensor:
        """Every stream in float32."""
        return self._each(lambda tensor: tensor.float())

    def cpu(self) -> NestedTensor:
        """Every stream in main memory."""
        return self._each(lambda tensor: tensor.cpu())

    def chunk(self, *args: Any, **kwargs: Any) -> NestedTensor:
        """Every stream split as ``torch.Tensor.chunk`` does."""
        return self._each(lambda tensor: tensor.chunk(*args, **kwargs))

    def new_ones(self, *args: Any, **kwargs: Any) -> torch.Tensor:
        """Ones with the first stream's dtype and device."""
        return self.tensors[0].new_ones(*args, **kwargs)

    def size(self) -> torch.Size:
        """Size of the first stream."""
        return self.tensors[0].size()

    @property
    def shape(self) -> torch.Size:
        """Shape of the first stream."""
        return self.tensors[0].shape

    @property
    def ndim(self) -> int:
        """Largest number of dimensions among the streams."""
        return max((tensor.ndim for tensor in self.tensors), default=0)

    @property
    def device(self) -> torch.device:
        """Device of the first stream."""
        return self.tensors[0].device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the first stream."""
        return self.tensors[0].dtype

    @property
    def layout(self) -> torch.layout:
        """Layout of the first stream."""
        return self.tensors[0].layout

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tensors!r})"


def cat_nested(tensors: list[NestedTensor], *args: Any, **kwargs: Any) -> NestedTensor:
    """Streams of several nested tensors concatenated as ``torch.cat`` does."""
    import torch

    streams = zip(*(nested.tensors for nested in tensors), strict=True)
    return NestedTensor(torch.cat(stream, *args, **kwargs) for stream in streams)
