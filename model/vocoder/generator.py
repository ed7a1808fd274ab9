"""The generator of both vocoders: mel frames to samples through transposed convolutions.

Sources: Kong et al. 2020 (HiFi-GAN, arXiv:2010.05646); Lee et al. 2022 (BigVGAN,
arXiv:2206.04658), in the variants of LTX-2 and LTX-2.3.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from ..shapes import MEL_BINS
from .activation import AliasFreeSnake
from .blocks import LEAKY_SLOPE, AmpBlock1, ResBlock1, ResBlock2
from .config import EDGE_KERNEL, GeneratorConfig

STEREO = 2


class Generator(nn.Module):
    """Stereo log-mel to a stereo waveform.

    Args:
        config: rates, widths and kind of blocks.
        bounded: end with tanh or a clamp; the bandwidth extension's residual does not.
        operations: namespace with ``Conv1d`` and ``ConvTranspose1d``.
        factory: device and dtype of the weights.
    """

    def __init__(
        self,
        config: GeneratorConfig,
        *,
        bounded: bool = True,
        operations: Any = nn,
        **factory: Any,
    ) -> None:
        super().__init__()
        self.generator_config = config
        self.bounded = bounded
        widths = [config.channels >> stage for stage in range(len(config.upsample_rates) + 1)]
        layer = {"operations": operations, **factory}
        self.conv_pre = operations.Conv1d(
            STEREO * MEL_BINS, widths[0], EDGE_KERNEL, padding=EDGE_KERNEL // 2, **factory
        )
        stages = zip(
            widths, widths[1:], config.upsample_rates, config.upsample_kernels, strict=False
        )
        self.ups = nn.ModuleList(
            operations.ConvTranspose1d(
                width_in, width, kernel, rate, padding=(kernel - rate) // 2, **factory
            )
            for width_in, width, rate, kernel in stages
        )
        self.resblocks = nn.ModuleList(
            _residual_block(config, index, width, layer)
            for width in widths[1:]
            for index in range(len(config.resblock_kernels))
        )
        if config.resblock == "AMP1":
            self.act_post = AliasFreeSnake(widths[-1], config.activation, **factory)
        self.conv_post = operations.Conv1d(
            widths[-1],
            STEREO,
            EDGE_KERNEL,
            padding=EDGE_KERNEL // 2,
            bias=config.final_bias,
            **factory,
        )

    def forward(self, mel_BCAM: Tensor) -> Tensor:
        """``[B, 2, A, 64]`` to ``[B, 2, A * samples_per_frame]``.

        Raises:
            ValueError: the spectrogram is not stereo with 64 bins.
        """
        if mel_BCAM.ndim != 4 or mel_BCAM.shape[1] != STEREO or mel_BCAM.shape[3] != MEL_BINS:
            raise ValueError(
                f"vocoder input has shape {list(mel_BCAM.shape)}; "
                f"it must be [batch, {STEREO}, frames, {MEL_BINS}]"
            )
        x = self.conv_pre(rearrange(mel_BCAM, "b c a m -> b (c m) a"))
        for stage, up in enumerate(self.ups):
            x = self._average_of_blocks(stage, up(self._before_up(x)))
        return self._bound(self.conv_post(self._before_post(x)))

    def _before_up(self, x: Tensor) -> Tensor:
        return x if self.generator_config.resblock == "AMP1" else F.leaky_relu(x, LEAKY_SLOPE)

    def _before_post(self, x: Tensor) -> Tensor:
        if self.generator_config.resblock == "AMP1":
            out: Tensor = self.act_post(x)
            return out
        # The published network uses the default slope here, not LEAKY_SLOPE.
        return F.leaky_relu(x)

    def _average_of_blocks(self, stage: int, x: Tensor) -> Tensor:
        count = len(self.generator_config.resblock_kernels)
        total = torch.zeros(())
        for index, block in enumerate(self.resblocks[stage * count : (stage + 1) * count]):
            total = block(x) if index == 0 else total + block(x)
        return total / count

    def _bound(self, waveform: Tensor) -> Tensor:
        if not self.bounded:
            return waveform
        return waveform.tanh() if self.generator_config.final_tanh else waveform.clamp(-1, 1)


def _residual_block(
    config: GeneratorConfig, index: int, width: int, layer: dict[str, Any]
) -> nn.Module:
    kernel, dilations = config.resblock_kernels[index], config.resblock_dilations[index]
    if config.resblock == "AMP1":
        return AmpBlock1(width, kernel, dilations, activation=config.activation, **layer)
    block = ResBlock1 if config.resblock == "1" else ResBlock2
    return block(width, kernel, dilations, **layer)
