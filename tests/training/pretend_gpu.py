"""A GPU that is none: tensors on "cuda" are kept on the CPU and only know that they are not there.

Whatever mixes them with tensors of the CPU fails here as it would on the real device, so the
trainers' care about devices is tested on machines without one. What it cannot tell is speed, bf16
and whether a kernel exists.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten

CUDA = torch.device("cuda", 0)
CROSSING = {"copy_", "to", "cpu", "_has_compatible_shallow_copy_type"}
"""Functions that may join both devices."""
LEAVING = {"cpu", "tolist", "item", "__float__", "__int__", "__bool__", "__index__", "__format__"}
INDEXING = {"__getitem__", "__setitem__", "index_put_"}
"""An index may lie on the CPU, the tensor that it is put to may not."""


def on_gpu(tensor: Tensor) -> bool:
    return getattr(tensor, "pretends", False) is True


def _tensors(*things: object) -> Iterator[Tensor]:
    leaves, _ = tree_flatten(things)
    return (leaf for leaf in leaves if isinstance(leaf, Tensor))


def _device_type(thing: object) -> str | None:
    """Of an argument that may name a device."""
    if isinstance(thing, torch.device):
        return thing.type
    return thing.split(":")[0] if isinstance(thing, str) else None


def _wants_gpu(thing: object) -> bool:
    return _device_type(thing) == "cuda"


class _Generator(torch.Generator):
    """Knows for which device it draws."""

    def __new__(cls, device: torch.device | str = "cpu") -> _Generator:
        made = super().__new__(cls)
        made.pretends = _wants_gpu(device)
        return made


class PretendGpu(TorchFunctionMode):
    """While it is entered, ``device="cuda"`` works, and devices may not be mixed."""

    def __enter__(self) -> PretendGpu:
        self.generator, torch.Generator = torch.Generator, _Generator
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        torch.Generator = self.generator
        super().__exit__(*raised)

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", str(func))
        if name == "__get__":
            return self._attribute(func, args)
        if name == "__set__":
            out = func(*args)
            args[0].pretends = on_gpu(args[1]) if isinstance(args[1], Tensor) else on_gpu(args[0])
            return out
        if name in ("device", "_parse_to"):
            return func(*args, **kwargs)
        given = list(_tensors(args, kwargs))
        on = [on_gpu(tensor) for tensor in given]
        asked = [*args[1:], *kwargs.values()] if given else [*args, *kwargs.values()]
        to_gpu = any(map(_wants_gpu, asked)) or name == "cuda"
        to_cpu = any(_device_type(thing) == "cpu" for thing in asked) or name in LEAVING
        if name == "numpy" and any(on):
            raise TypeError("can't convert a cuda tensor to numpy")
        self._check(name, args, given, on)
        generator = kwargs.get("generator")
        if generator is not None and getattr(generator, "pretends", False) != (
            to_gpu or (bool(given) and any(on))
        ):
            raise RuntimeError(f"{name}: generator and tensor are of two devices")
        if to_gpu:
            args = tuple("cpu" if _wants_gpu(a) else a for a in args)
            kwargs = {key: "cpu" if _wants_gpu(v) else v for key, v in kwargs.items()}
        out = func(*args, **kwargs)
        there = to_gpu or (any(on) and not to_cpu)
        return self._told(out, given, there)

    @staticmethod
    def _attribute(func, args):
        out = func(*args)
        if isinstance(out, torch.device):
            return CUDA if on_gpu(args[0]) else out
        if isinstance(out, Tensor) and out is not args[0]:
            out.pretends = on_gpu(args[0])
        if func == Tensor.is_cuda.__get__:
            return on_gpu(args[0])
        return out

    @staticmethod
    def _check(name: str, args: tuple, given: list[Tensor], on: list[bool]) -> None:
        if name in CROSSING or len(set(on)) < 2:
            return
        if name == "__setitem__" and not list(_tensors(args[1])):
            return  # a copy
        if name in INDEXING and on_gpu(args[0]):
            value = list(_tensors(args[2:]))
            given = [args[0], *value]
        if len({on_gpu(tensor) for tensor in given if tensor.ndim}) > 1:
            both = [(tuple(t.shape), "cuda" if on_gpu(t) else "cpu") for t in given]
            raise RuntimeError(f"{name}: tensors lie on two devices: {both}")

    @staticmethod
    def _told(out: object, given: list[Tensor], there: bool) -> object:
        """Marks results; one that is an argument is made a copy if it lies elsewhere now."""
        if isinstance(out, Tensor):
            if on_gpu(out) != there and any(out is tensor for tensor in given):
                out = out.clone()
            out.pretends = there
        elif isinstance(out, (tuple, list)):
            for tensor in _tensors(out):
                tensor.pretends = there
        return out
