"""Networks that stop between any two of their layers when a run is cancelled."""

from __future__ import annotations

from typing import Any, TypeVar

import torch
from torch import nn

from .progress import check_interrupted

Network = TypeVar("Network", bound=nn.Module)


def stoppable(network: Network) -> Network:
    """The network, whose layers (entries of its module lists) each ask first whether to go on.

    One step of a large transformer, or one piece of a large clip, takes longer than people wait.
    """
    for module in network.modules():
        for layer in module if isinstance(module, nn.ModuleList) else ():
            layer.register_forward_pre_hook(_ask)
    return network


def _ask(*_: Any) -> None:
    # Compiled networks are one piece: a question would cut them up.
    if not torch.compiler.is_compiling():
        check_interrupted()
