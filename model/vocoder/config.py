"""Configuration of the vocoders, as the ``vocoder`` object of a checkpoint's metadata holds it.

LTX-2.0 stores one flat generator object; LTX-2.3 stores two, ``vocoder`` and ``bwe``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..shapes import MEL_BINS, MEL_RATE_HZ

RESBLOCKS = ("1", "2", "AMP1")
ACTIVATIONS = ("snake", "snakebeta")
# Kernel of the first and the last convolution.
EDGE_KERNEL = 7
# Samples on each side that an anti-aliased activation sees: 12 taps at twice the rate, twice.
SNAKE_CONTEXT = 6


@dataclass(frozen=True)
class GeneratorConfig:
    """One mel-to-waveform network.

    Attributes:
        channels: width after the first convolution; halved at every stage.
        upsample_rates: how often each stage repeats time; the product is samples per mel frame.
        upsample_kernels: transposed convolution kernels, one per stage.
        resblock: "1" or "2" (HiFi-GAN, leaky ReLU) or "AMP1" (BigVGAN-v2, anti-aliased Snake).
        resblock_kernels: one residual block per kernel, averaged.
        resblock_dilations: dilations of each of these blocks.
        activation: "snake" or "snakebeta"; only "AMP1" blocks read it.
        final_tanh: squash the output with tanh, else clamp it.
        final_bias: bias of the last convolution.
    """

    channels: int = 1024
    upsample_rates: tuple[int, ...] = (6, 5, 2, 2, 2)
    upsample_kernels: tuple[int, ...] = (16, 15, 8, 4, 4)
    resblock: str = "1"
    resblock_kernels: tuple[int, ...] = (3, 7, 11)
    resblock_dilations: tuple[tuple[int, ...], ...] = ((1, 3, 5),) * 3
    activation: str = "snake"
    final_tanh: bool = True
    final_bias: bool = True

    def __post_init__(self) -> None:
        if self.resblock not in RESBLOCKS:
            raise ValueError(
                f"vocoder resblock is {self.resblock!r}; use one of {', '.join(RESBLOCKS)}"
            )
        if self.resblock == "AMP1" and self.activation not in ACTIVATIONS:
            raise ValueError(
                f"vocoder activation is {self.activation!r}; use one of {', '.join(ACTIVATIONS)}"
            )
        self._check_stages()
        self._check_blocks()

    @property
    def samples_per_frame(self) -> int:
        """Samples that one mel frame becomes."""
        return math.prod(self.upsample_rates)

    @property
    def context_frames(self) -> int:
        """Mel frames on each side that can change the samples of one frame."""
        activation = SNAKE_CONTEXT if self.resblock == "AMP1" else 0
        stage = max(
            sum(
                (kernel // 2) * (dilation + (self.resblock != "2")) + 2 * activation
                for dilation in row
            )
            for kernel, row in zip(self.resblock_kernels, self.resblock_dilations, strict=True)
        )
        reach = EDGE_KERNEL // 2 + activation
        for rate, kernel in zip(
            self.upsample_rates[::-1], self.upsample_kernels[::-1], strict=True
        ):
            reach = math.ceil((reach + stage + (kernel + rate) // 2 - 1) / rate)
        return reach + EDGE_KERNEL // 2

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> GeneratorConfig:
        """Read one generator object; unknown keys are informative and skipped.

        Raises:
            ValueError: the generator is mono, or its lists do not fit together.
        """
        if not metadata.get("stereo", True):
            raise ValueError("vocoder stereo is false; only stereo vocoders are supported")
        return cls(
            channels=int(metadata.get("upsample_initial_channel", cls.channels)),
            upsample_rates=_integers(metadata.get("upsample_rates", cls.upsample_rates)),
            upsample_kernels=_integers(metadata.get("upsample_kernel_sizes", cls.upsample_kernels)),
            resblock=str(metadata.get("resblock", cls.resblock)),
            resblock_kernels=_integers(metadata.get("resblock_kernel_sizes", cls.resblock_kernels)),
            resblock_dilations=tuple(
                _integers(row)
                for row in metadata.get("resblock_dilation_sizes", cls.resblock_dilations)
            ),
            activation=str(metadata.get("activation", cls.activation)),
            final_tanh=bool(metadata.get("use_tanh_at_final", cls.final_tanh)),
            final_bias=bool(metadata.get("use_bias_at_final", cls.final_bias)),
        )

    def to_metadata(self) -> dict[str, Any]:
        """The object that ``from_metadata`` and other LTX-2 loaders read."""
        return {
            "upsample_initial_channel": self.channels,
            "resblock": self.resblock,
            "upsample_rates": list(self.upsample_rates),
            "upsample_kernel_sizes": list(self.upsample_kernels),
            "resblock_kernel_sizes": list(self.resblock_kernels),
            "resblock_dilation_sizes": [list(row) for row in self.resblock_dilations],
            "stereo": True,
            "use_tanh_at_final": self.final_tanh,
            "activation": self.activation,
            "use_bias_at_final": self.final_bias,
        }

    def _check_stages(self) -> None:
        stages = len(self.upsample_rates)
        if stages != len(self.upsample_kernels):
            raise ValueError(
                f"vocoder has {stages} upsample_rates and {len(self.upsample_kernels)} "
                "upsample_kernel_sizes; give one kernel per rate"
            )
        for rate, kernel in zip(self.upsample_rates, self.upsample_kernels, strict=True):
            if rate < 1 or kernel < rate or (kernel - rate) % 2:
                raise ValueError(
                    f"vocoder upsample kernel {kernel} does not fit rate {rate}; "
                    "kernel minus rate must be even and not negative"
                )
        if self.channels < 2**stages:
            raise ValueError(
                f"vocoder upsample_initial_channel {self.channels} is too small for {stages} "
                f"halvings; use at least {2**stages}"
            )

    def _check_blocks(self) -> None:
        if len(self.resblock_kernels) != len(self.resblock_dilations):
            raise ValueError(
                f"vocoder has {len(self.resblock_kernels)} resblock_kernel_sizes and "
                f"{len(self.resblock_dilations)} resblock_dilation_sizes; give one list per kernel"
            )
        needed = 2 if self.resblock == "2" else 3
        for row in self.resblock_dilations:
            if len(row) != needed:
                raise ValueError(
                    f"vocoder resblock_dilation_sizes has {list(row)}; "
                    f"resblock {self.resblock} needs {needed} dilations per kernel"
                )


@dataclass(frozen=True)
class BandwidthConfig:
    """The second generator of LTX-2.3 and the spectrogram that it reads.

    Attributes:
        generator: predicts what the first waveform lacks, at ``output_hz``.
        input_hz: rate of the first waveform.
        output_hz: rate of the result, a multiple of ``input_hz``.
        hop: distance of its mel frames in input samples.
        n_fft: window of its spectrogram in input samples.
        mel_bins: bands of its spectrogram.
    """

    generator: GeneratorConfig
    input_hz: int = 16000
    output_hz: int = 48000
    hop: int = 80
    n_fft: int = 512
    mel_bins: int = MEL_BINS

    def __post_init__(self) -> None:
        if self.output_hz % self.input_hz:
            raise ValueError(
                f"vocoder bwe output_sampling_rate {self.output_hz} is not a multiple of "
                f"input_sampling_rate {self.input_hz}"
            )
        needed = self.hop * self.ratio
        if self.generator.samples_per_frame != needed:
            raise ValueError(
                f"vocoder bwe makes {self.generator.samples_per_frame} samples per frame; "
                f"hop_length {self.hop} at {self.ratio} times the rate needs {needed}"
            )
        if self.mel_bins != MEL_BINS:
            raise ValueError(f"vocoder bwe num_mels is {self.mel_bins}; it must be {MEL_BINS}")

    @property
    def ratio(self) -> int:
        """Output samples per input sample."""
        return self.output_hz // self.input_hz

    @property
    def context_samples(self) -> int:
        """Input samples on each side that can change one output sample."""
        return self.generator.context_frames * self.hop + self.n_fft

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> BandwidthConfig:
        """Read the ``bwe`` object."""
        return cls(
            generator=GeneratorConfig.from_metadata(metadata),
            input_hz=int(metadata.get("input_sampling_rate", cls.input_hz)),
            output_hz=int(metadata.get("output_sampling_rate", cls.output_hz)),
            hop=int(metadata.get("hop_length", cls.hop)),
            n_fft=int(metadata.get("n_fft", cls.n_fft)),
            mel_bins=int(metadata.get("num_mels", cls.mel_bins)),
        )

    def to_metadata(self) -> dict[str, Any]:
        """The ``bwe`` object that ``from_metadata`` and other LTX-2 loaders read."""
        return {
            **self.generator.to_metadata(),
            "apply_final_activation": False,
            "input_sampling_rate": self.input_hz,
            "output_sampling_rate": self.output_hz,
            "hop_length": self.hop,
            "n_fft": self.n_fft,
            "win_size": self.n_fft,
            "num_mels": self.mel_bins,
        }


@dataclass(frozen=True)
class VocoderConfig:
    """A generator, and for LTX-2.3 the bandwidth extension behind it."""

    generator: GeneratorConfig
    bandwidth: BandwidthConfig | None = None

    def __post_init__(self) -> None:
        if self.bandwidth is None:
            return
        made_hz = self.generator.samples_per_frame * MEL_RATE_HZ
        if made_hz != self.bandwidth.input_hz:
            raise ValueError(
                f"vocoder makes {made_hz} Hz, but its bwe reads {self.bandwidth.input_hz} Hz; "
                "the two objects do not belong together"
            )
        if self.generator.samples_per_frame % self.bandwidth.hop:
            raise ValueError(
                f"vocoder makes {self.generator.samples_per_frame} samples per frame, which is not "
                f"a multiple of the hop_length {self.bandwidth.hop} of its bwe"
            )

    @property
    def sample_rate(self) -> int:
        """Rate of the waveform in Hz (mel frames come at 100 Hz)."""
        if self.bandwidth is not None:
            return self.bandwidth.output_hz
        return self.generator.samples_per_frame * MEL_RATE_HZ

    @property
    def samples_per_frame(self) -> int:
        """Samples that one mel frame becomes."""
        return self.sample_rate // MEL_RATE_HZ

    @property
    def context_frames(self) -> int:
        """Mel frames on each side that can change the samples of one frame."""
        frames = self.generator.context_frames
        if self.bandwidth is not None:
            frames += math.ceil(self.bandwidth.context_samples / self.generator.samples_per_frame)
        return frames

    @classmethod
    def tiny(cls, *, bandwidth: bool = False) -> VocoderConfig:
        """The smallest network of either kind with the true rates, for tests."""
        if not bandwidth:
            return cls(GeneratorConfig(channels=32))
        return cls(
            _bigvgan(64, (5, 2, 2, 2, 2, 2), (11, 4, 4, 4, 4, 4)),
            BandwidthConfig(_bigvgan(32, (6, 5, 2, 2, 2), (12, 11, 4, 4, 4))),
        )

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> VocoderConfig:
        """Read the ``vocoder`` object of a checkpoint's config, flat (2.0) or nested (2.3).

        Raises:
            ValueError: the object describes a network that LTX-2 does not have.
        """
        if "bwe" not in metadata:
            return cls(GeneratorConfig.from_metadata(metadata))
        generator = GeneratorConfig.from_metadata(metadata.get("vocoder", {}))
        return cls(generator, BandwidthConfig.from_metadata(metadata["bwe"]))

    def to_metadata(self) -> dict[str, Any]:
        """The ``vocoder`` object that ``from_metadata`` and other LTX-2 loaders read."""
        if self.bandwidth is None:
            return self.generator.to_metadata()
        return {"vocoder": self.generator.to_metadata(), "bwe": self.bandwidth.to_metadata()}


def _bigvgan(channels: int, rates: tuple[int, ...], kernels: tuple[int, ...]) -> GeneratorConfig:
    return GeneratorConfig(
        channels=channels,
        upsample_rates=rates,
        upsample_kernels=kernels,
        resblock="AMP1",
        activation="snakebeta",
        final_tanh=False,
        final_bias=False,
    )


def _integers(values: Any) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
