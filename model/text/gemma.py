"""Gemma-3 as text encoder of official LTX-2 checkpoints, through ``transformers`` (an extra).

Nothing is downloaded: the language model is a folder that the user has, with weights, configuration
and tokenizer. Legend: B prompts, T tokens, S connected tokens, D width, L layers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from .projection import TextProjection

MAX_TOKENS = 1024

Connect = Callable[[Tensor, Tensor], Tensor]


class GemmaEncoder:
    """Prompts to connected context, as `TextEncoder` gives it for our own checkpoints.

    Args:
        model: language model that returns the states of all layers (``transformers`` interface).
        tokenizer: its tokenizer; a prompt begins with its ``bos_token_id``.
        projection: states to features; from the checkpoint.
        connect: features and mask to context; ``AVTransformer.connect``.
    """

    def __init__(
        self, model: Any, tokenizer: Any, projection: TextProjection, connect: Connect
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.projection = projection
        self.connect = connect

    @classmethod
    def from_folder(
        cls,
        folder: str | Path,
        projection: TextProjection,
        connect: Connect,
        device: torch.device | str = "cpu",
        dtype: torch.dtype = torch.bfloat16,
    ) -> GemmaEncoder:
        """Loads the language model from a folder.

        Raises:
            ImportError: ``transformers`` is not installed.
            ValueError: the folder holds no model that fits the projection.
        """
        transformers = _transformers()
        if not (Path(folder) / "config.json").is_file():
            raise ValueError(
                f"text encoder folder {folder} has no config.json; give the folder of a Gemma-3 "
                "model as Hugging Face lays it out"
            )
        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model = transformers.AutoModel.from_pretrained(
                folder, dtype=dtype, local_files_only=True
            )
        except (OSError, ValueError) as error:
            raise ValueError(f"text encoder folder {folder} cannot be loaded: {error}") from error
        width = model.get_input_embeddings().weight.shape[1]
        if width != projection.hidden:
            raise ValueError(
                f"text encoder folder {folder} holds a model of width {width}; this checkpoint "
                f"needs {projection.hidden} (Gemma-3 12B has 3840)"
            )
        return cls(model.to(device).eval(), tokenizer, projection, connect)

    def encode(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Context [B, S, Dv+Da] and its mask [B, S], all True: connectors fill every position.

        Raises:
            ValueError: a prompt is longer than 1024 tokens.
        """
        features, mask = self.features(prompts)
        context = self.connect(features, mask)
        return context, torch.ones(context.shape[:2], dtype=torch.bool, device=context.device)

    @torch.no_grad()
    def features(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Features [B, T, D] for the connectors, padded behind, and their mask [B, T].

        Prompts run one by one: without padding there is nothing for the language model to mask.
        """
        rows = [self._features(prompt) for prompt in prompts]
        longest = max(len(row) for row in rows)
        mask = torch.tensor([[i < len(row) for i in range(longest)] for row in rows])
        padded = torch.stack([F.pad(row, (0, 0, 0, longest - len(row))) for row in rows])
        return padded, mask.to(padded.device)

    def _features(self, prompt: str) -> Tensor:
        """Features [T, D] of one prompt."""
        ids = self._tokenize(prompt)
        ids_BT = torch.tensor([ids], device=self.model.device)
        states = self.model(input_ids=ids_BT, output_hidden_states=True).hidden_states
        weight = next(self.projection.parameters())
        states_BTDL = torch.stack(states, dim=-1).to(weight)
        everything = torch.ones(1, len(ids), dtype=torch.bool, device=weight.device)
        features: Tensor = self.projection(states_BTDL, everything)
        return features[0]

    def _tokenize(self, prompt: str) -> list[int]:
        ids: list[int] = self.tokenizer(prompt.strip(), truncation=False)["input_ids"]
        first = self.tokenizer.bos_token_id
        if ids[:1] != [first]:
            ids = [first, *ids]
        if len(ids) > MAX_TOKENS:
            raise ValueError(
                f"the prompt has {len(ids)} tokens; this model reads at most {MAX_TOKENS}: "
                "shorten it"
            )
        return ids


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise ImportError(
            "this checkpoint needs the Gemma-3 text encoder and the package transformers, which is "
            'not installed; run: pip install "hibari[gemma]"'
        ) from error
    return transformers
