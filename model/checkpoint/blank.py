"""Networks that are built only to be filled from a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.overrides import TorchFunctionMode


class Blank(TorchFunctionMode):
    """Inside, networks on the meta device are built without drawing initial values.

    They have none there. Asked to draw nevertheless, torch 2.13 imports its compiler, which takes
    longer than reading a small checkpoint: 5 s on one core of 2021.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Whatever torch is asked for, except drawing."""
        options = dict(kwargs or {})
        if func is torch.randn and torch.device(options.get("device") or "cpu").type == "meta":
            return torch.empty(*args, **options)
        # torch hands its arguments on by name.
        if func is nn.init.normal_ and options["tensor"].is_meta:
            return options["tensor"]
        return func(*args, **options)
