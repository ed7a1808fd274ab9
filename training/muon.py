"""Muon: momentum with orthogonalised updates (Jordan et al. 2024), for matrices and kernels.

An orthogonal update changes a layer's output by a bounded amount whatever the correlation of its
inputs; Adam, on inputs with a common offset, does not. Weights with fewer than two axes,
embeddings and the like are updated by AdamW. Departure from the original: convolution kernels are
flattened to [out, in * taps], and the iteration runs in bf16 only where that is fast.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn

from .processes import spread_like, whole

# Quintic Newton-Schulz coefficients of the original; five rounds bring singular values near 1.
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
ROUNDS = 5


def orthogonalise(matrix: Tensor, dtype: torch.dtype) -> Tensor:
    """Nearest semi-orthogonal matrix, or matrices ``[n, rows, columns]``, approximately.

    Singular values end in about 0.7..1.2.
    """
    a, b, c = COEFFICIENTS
    x = matrix.to(dtype)
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    plus_product = torch.addmm if x.ndim == 2 else torch.baddbmm
    for _ in range(ROUNDS):
        gram = x @ x.mT
        polynomial = plus_product(gram, gram, gram, beta=b, alpha=c)
        x = plus_product(x, polynomial, x, beta=a)
    return (x.mT if tall else x).to(matrix.dtype)


def _matrices_first(item: tuple[tuple[bool, float], object]) -> tuple[bool, float]:
    (is_matrix, rate), _ = item
    return not is_matrix, -rate


class Muon(torch.optim.Optimizer):
    """Muon for weights of two or more axes, AdamW for the rest; one learning rate for both.

    ``rate_of`` gives a name's share of that rate; a group has its share under "rate".

    The Muon update is scaled so that its root mean square is ``0.2 * learning rate`` per entry,
    which matches AdamW's (Liu et al. 2025, arXiv:2502.16982, section 2.2).
    """

    def __init__(
        self,
        named: Iterable[tuple[str, nn.Parameter]],
        lr: float,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
        betas: tuple[float, float] = (0.9, 0.97),
        rate_of: Callable[[str], float] = lambda _name: 1.0,
    ) -> None:
        alike: dict[tuple[bool, float], list[nn.Parameter]] = {}
        for name, parameter in named:
            is_matrix = parameter.ndim >= 2 and not any(
                part in name for part in ("table", "grams", "registers")
            )
            alike.setdefault((is_matrix, rate_of(name)), []).append(parameter)
        groups = [
            {"params": parameters, "muon": is_matrix, "rate": rate, "lr": lr * rate}
            for (is_matrix, rate), parameters in sorted(alike.items(), key=_matrices_first)
        ]
        defaults = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum, "betas": betas}
        super().__init__(groups, defaults)
        fast = torch.cuda.is_available() or torch.cpu._is_amx_tile_supported()
        self.dtype = torch.bfloat16 if fast else torch.float32

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:  # noqa: ARG002 - the signature of all optimisers
        """Update every parameter that has a gradient."""
        for group in self.param_groups:
            parameters = [p for p in group["params"] if p.grad is not None]
            if group["muon"]:
                self._matrix_steps(parameters, group)
            else:
                for parameter in parameters:
                    self._adam_step(parameter, self.state[parameter], group)

    def _matrix_steps(self, parameters: list[Tensor], group: dict[str, Any]) -> None:
        """Update matrices, those of one shape together where bf16 is fast.

        Batches of small products take half the time there, and twice the time in fp32.
        """
        alike: dict[object, list[tuple[Tensor, Tensor]]] = {}
        for index, parameter in enumerate(parameters):
            update = self._momentum(parameter, self.state[parameter], group)
            key = tuple(update.shape) if self.dtype == torch.bfloat16 else index
            alike.setdefault(key, []).append((parameter, update))
        for pairs in alike.values():
            updates = torch.stack([update for _, update in pairs])
            # One matrix is left two-dimensional, for which processors have their fast product.
            updates = orthogonalise(updates if len(pairs) > 1 else updates[0], self.dtype)
            for (parameter, _), update in zip(
                pairs, updates if len(pairs) > 1 else [updates], strict=True
            ):
                scale = 0.2 * max(update.shape) ** 0.5
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                spread = spread_like(update.reshape(parameter.shape), parameter)
                parameter.add_(spread, alpha=-group["lr"] * scale)

    @staticmethod
    def _momentum(parameter: Tensor, state: dict[str, Any], group: dict[str, Any]) -> Tensor:
        """Nesterov's momentum as a whole matrix: orthogonal is a matter of all of it."""
        if not state:
            state["momentum"] = torch.zeros_like(parameter)
        buffer = state["momentum"].lerp_(parameter.grad, 1 - group["momentum"])
        return whole(parameter.grad.lerp(buffer, group["momentum"])).flatten(1)

    @staticmethod
    def _adam_step(parameter: Tensor, state: dict[str, Any], group: dict[str, Any]) -> None:
        if not state:
            state["step"] = torch.zeros(())
            state["mean"] = torch.zeros_like(parameter)
            state["square"] = torch.zeros_like(parameter)
        first, second = group["betas"]
        state["step"] += 1
        count = float(state["step"])
        state["mean"].lerp_(parameter.grad, 1 - first)
        state["square"].lerp_(parameter.grad.square(), 1 - second)
        root = (state["square"] / (1 - second**count)).sqrt_().add_(1e-8)
        parameter.addcdiv_(state["mean"], root, value=-group["lr"] / (1 - first**count))
