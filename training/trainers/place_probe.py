"""An auxiliary loss: early blocks must know where and when each of their tokens is.

The format has rotary positions only, which tell distances between tokens. To put an object "on the
left" a token must first work out where it is itself, from the noisy picture and its borders; left
alone, the text had no effect on positions after 30,000 samples, and with this loss after 5,000.
The readers are dropped when training ends. Compare deep supervision (Lee et al. 2015,
arXiv:1409.5185) and alignment of hidden states (Yu et al. 2024, arXiv:2410.06940).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...model.transformer import TransformerConfig

BLOCKS = (1, 2, 3)
PLACES = 16
"""Most rows, columns and frames of a latent that the readers tell apart."""
MOMENTS = 128
"""Most audio tokens that they tell apart."""


class PlaceProbe(nn.Module):
    """Linear readers of frame, row and column of video tokens, and of the index of audio tokens."""

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        blocks = [str(block) for block in BLOCKS if block < config.layers]
        if not blocks:
            raise ValueError(
                f"place_weight reads blocks {', '.join(map(str, BLOCKS))} and the transformer has "
                f"{config.layers}; give it more layers, or set objective.place_weight to 0"
            )
        self.video = nn.ModuleDict(
            {block: nn.Linear(config.video.width, 3 * PLACES) for block in blocks}
        )
        self.audio = nn.ModuleDict(
            {block: nn.Linear(config.audio.width, MOMENTS) for block in blocks}
        )
        self._places: list[Tensor] = []
        self._moments: list[Tensor] = []

    def readers(self) -> list[nn.Module]:
        """All readers."""
        return [*self.video.values(), *self.audio.values()]

    def observe(self, block: int, video_BTD: Tensor | None, audio_BTD: Tensor | None) -> None:
        """Takes the streams that leave a block (the `observe` hook of `TransformerInputs`)."""
        if str(block) not in self.video:
            return
        if video_BTD is not None:
            self._places.append(self.video[str(block)](_normed(video_BTD)))
        if audio_BTD is not None:
            self._moments.append(self.audio[str(block)](_normed(audio_BTD)))

    def loss(self, grid: tuple[int, ...], audio_tokens: int) -> Tensor:
        """Mean cross-entropy in nats over everything observed, which it forgets.

        Args:
            grid: frames, rows and columns of the video latent.
            audio_tokens: of the audio latent.

        Raises:
            ValueError: more places or moments than the readers tell apart.
        """
        if max(grid) > PLACES or audio_tokens > MOMENTS:
            raise ValueError(
                f"place_weight needs at most {PLACES} latent frames, rows and columns and "
                f"{MOMENTS} audio tokens; these are {list(grid)} and {audio_tokens}, "
                "so set objective.place_weight to 0"
            )
        # [3, T]: frame, row and column of every token.
        places = torch.cartesian_prod(*(torch.arange(size) for size in grid)).T
        losses = [
            _cross_entropy(logits, place)
            for read in self._places
            for logits, place in zip(read.chunk(3, dim=-1), places, strict=True)
        ]
        losses += [_cross_entropy(read, torch.arange(audio_tokens)) for read in self._moments]
        self._places.clear()
        self._moments.clear()
        return torch.stack(losses).mean()


def _normed(x_BTD: Tensor) -> Tensor:
    return F.rms_norm(x_BTD, x_BTD.shape[-1:])


def _cross_entropy(logits_BTN: Tensor, target_T: Tensor) -> Tensor:
    target = target_T.to(logits_BTN.device).expand(len(logits_BTN), -1)
    return F.cross_entropy(logits_BTN.float().flatten(0, 1), target.flatten())
