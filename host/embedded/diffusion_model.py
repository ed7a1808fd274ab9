"""MODEL of the embedded host: the transformer where blocks look for it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from ...model.transformer import AVTransformer


@dataclass(frozen=True)
class BaseModel:
    """What ComfyUI keeps between MODEL and network."""

    diffusion_model: AVTransformer


class Model:
    """MODEL: ``model.model.diffusion_model`` is the network, as in ComfyUI."""

    def __init__(self, transformer: AVTransformer) -> None:
        self.model = BaseModel(transformer)

    @property
    def load_device(self) -> torch.device:
        """Where the network runs."""
        return next(self.model.diffusion_model.parameters()).device

    def clone(self) -> Model:
        """Another MODEL around the same network."""
        return Model(self.model.diffusion_model)
