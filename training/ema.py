"""Exponential moving average of weights: what is evaluated and shipped."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class WeightAverage:
    """Running average of a module's floating-point state, warmed up so early steps count less."""

    def __init__(self, module: nn.Module, decay: float) -> None:
        self.decay = decay
        self.tensors: dict[str, Tensor] = {
            name: value.detach().clone()
            for name, value in module.state_dict().items()
            if value.is_floating_point()
        }

    @torch.no_grad()
    def update(self, module: nn.Module, step: int) -> None:
        """Move towards the current weights; the decay grows as (1 + step) / (10 + step)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        state = module.state_dict()
        names = list(self.tensors)
        torch._foreach_lerp_(
            [self.tensors[name] for name in names], [state[name] for name in names], 1.0 - decay
        )

    def state_dict_of(self, module: nn.Module) -> dict[str, Tensor]:
        """The module's state with averaged weights in place of the current ones."""
        return {**module.state_dict(), **self.tensors}
