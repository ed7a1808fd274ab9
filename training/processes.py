"""One training on several devices: who this process is, and what all processes agree on.

Started by ``torchrun`` there is one process for each device; otherwise there is one, and all this
costs nothing. Weights are spread with FSDP2 (``torch.distributed.fsdp.fully_shard``, after Zhao et
al. 2023, arXiv:2304.11277). States on disk hold whole tensors, so a run goes on with another number
of processes, or on another kind of device.
"""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch import distributed as dist

PATIENCE = datetime.timedelta(hours=24)
"""How long processes wait for the first, which may draw clips for hours."""


class Processes:
    """The processes of this run; made once, when the environment tells who started it."""

    def __init__(self) -> None:
        self.index = int(os.environ.get("RANK", "0"))
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.on_machine = int(os.environ.get("LOCAL_RANK", "0"))

    @property
    def is_first(self) -> bool:
        """Whether this one writes files and logs."""
        return self.index == 0

    def begin(self, device: torch.device) -> None:
        """Meet the other processes; once, before anything is shared."""
        if self.count == 1 or dist.is_initialized():
            return
        if device.type == "cuda":
            torch.cuda.set_device(device)
        backend = "nccl" if device.type == "cuda" else "gloo"
        dist.init_process_group(backend, timeout=PATIENCE)

    def end(self) -> None:
        """Part from the other processes."""
        if dist.is_initialized():
            dist.destroy_process_group()

    @contextlib.contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first process goes ahead, and the others find on disk what it made."""
        if not self.is_first:
            self.wait()
        yield
        if self.is_first:
            self.wait()

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            dist.barrier()

    def mean(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """The mean of each number over the processes that have it."""
        if self.count == 1:
            return dict(numbers)
        everyone: list[dict[str, float]] = [{}] * self.count
        dist.all_gather_object(everyone, dict(numbers))
        names = dict.fromkeys(name for own in everyone for name in own)
        return {
            name: sum(values) / len(values)
            for name in names
            if (values := [own[name] for own in everyone if name in own])
        }

    def shard(self, modules: Sequence[nn.Module]) -> None:
        """Spread the weights of modules, inner ones first, over all processes."""
        if self.count == 1:
            return
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        device = next(modules[0].parameters()).device.type
        mesh = init_device_mesh(device, (self.count,))
        for module in modules:
            fully_shard(module, mesh=mesh)


PROCESSES = Processes()


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor that may be spread over processes; every process must ask."""
    return tensor.full_tensor() if _is_spread(tensor) else tensor  # type: ignore[operator]


def spread_state(state: Mapping[str, Tensor], module: nn.Module) -> dict[str, Tensor]:
    """Whole tensors spread as the module's own of the same names are; others as they are."""
    own = module.state_dict()
    return {
        name: spread_like(tensor, own[name])
        if name in own and own[name].shape == tensor.shape
        else tensor
        for name, tensor in state.items()
    }


def spread_like(tensor: Tensor, like: Tensor) -> Tensor:
    """A whole tensor spread as another one is, on its device."""
    if not _is_spread(like):
        return tensor
    from torch.distributed.tensor import distribute_tensor

    return distribute_tensor(
        tensor.to(like.device, like.dtype), like.device_mesh, like.placements, src_data_rank=None
    )


def _is_spread(tensor: Tensor) -> bool:
    """Whether it is a DTensor; asked without importing them, which takes a second."""
    return hasattr(tensor, "full_tensor")
