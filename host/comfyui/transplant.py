"""Moves loaded weights into another class of the same network, without copying them."""

from __future__ import annotations

from typing import Any, TypeVar

from torch import nn

from ...model.checkpoint.blank import Blank

Network = TypeVar("Network", bound=nn.Module)


def transplant(part: Any, into: type[Network], operations: Any = nn) -> Network:
    """A network of class ``into``, built from ``operations``, that holds the weights of ``part``.

    ``into`` is a subclass of the part's class. Both share their tensors afterwards.
    """
    with Blank():
        network = into(part.config, operations=operations, device="meta")
    network.load_state_dict(part.state_dict(), assign=True)
    return network.eval().requires_grad_(False)
