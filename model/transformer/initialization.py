"""Starting weights for training from scratch."""

from __future__ import annotations

import torch
from torch import nn

from .transformer import AVTransformer

# Rows of the learned tables that multiply a branch, by the number of rows.
_GATE_ROWS = {6: (2, 5), 9: (2, 5, 8), 5: (4,)}


@torch.no_grad()
def initialize(model: AVTransformer, generator: torch.Generator | None = None) -> None:
    """Fills ``model`` in place with weights to train from.

    Linear layers are normal with 1/sqrt(fan in), those that end a residual branch smaller by the
    square root of the number of branches (Radford et al. 2019). Modulation starts as the identity
    with open gates, and the velocity at zero, so it begins as a plain pre-norm transformer.
    """
    branches = 4 * len(model.transformer_blocks)
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear):
            std = module.in_features**-0.5
            if name.endswith(("to_out.0", "net.2")):
                std *= branches**-0.5
            if name.endswith(("adaln_single.linear", "to_gate_logits", "proj_out")):
                std = 0.0
            module.weight.normal_(0.0, std, generator=generator)
            if module.bias is not None:
                module.bias.zero_()
    for name, parameter in model.named_parameters():
        if "scale_shift_table" in name:
            parameter.zero_()
            is_block = name.startswith("transformer_blocks") and "prompt" not in name
            for row in _GATE_ROWS[parameter.shape[0]] if is_block else ():
                parameter[row] = 1.0
        elif name.endswith("learnable_registers"):
            parameter.normal_(generator=generator)
        elif name.endswith("_norm.weight"):
            parameter.fill_(1.0)
