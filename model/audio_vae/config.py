"""Configuration of the audio VAE: the ``audio_vae`` object of a checkpoint's metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..shapes import AUDIO_BINS, AUDIO_CHANNELS, MEL_BINS, MEL_PER_LATENT

# What every LTX-2 file says; other values describe networks that this module does not build.
FIXED = {
    "double_z": True,
    "attn_resolutions": [],
    "mid_block_add_attention": False,
    "norm_type": "pixel",
    "causality_axis": "height",
}


@dataclass(frozen=True)
class AudioVaeConfig:
    """Widths and depth of the audio VAE, and the spectrogram that it reads.

    Attributes:
        channels: width of the first level.
        multipliers: width of each level in units of ``channels``; two halvings need three levels.
        res_blocks: residual blocks per encoder level (the decoder has one more).
        mel_bins: mel bands of the spectrogram.
        sample_rate: rate of the waveform behind the spectrogram, in Hz.
        n_fft: window of the spectrogram, in samples.
        hop: distance of spectrogram frames, in samples.
    """

    channels: int = 128
    multipliers: tuple[int, ...] = (1, 2, 4)
    res_blocks: int = 2
    mel_bins: int = MEL_BINS
    sample_rate: int = 16000
    n_fft: int = 1024
    hop: int = 160

    def __post_init__(self) -> None:
        if self.channels < 1 or self.res_blocks < 1:
            raise ValueError(
                f"audio_vae has ch {self.channels} and num_res_blocks {self.res_blocks}; "
                "both must be at least 1"
            )
        if 2 ** (len(self.multipliers) - 1) != MEL_PER_LATENT:
            raise ValueError(
                f"audio_vae ch_mult {list(self.multipliers)} has {len(self.multipliers)} levels; "
                "LTX-2 audio latents need exactly 3"
            )
        if self.mel_bins != AUDIO_BINS * MEL_PER_LATENT:
            raise ValueError(f"audio_vae mel_bins is {self.mel_bins}; LTX-2 audio needs {MEL_BINS}")

    @classmethod
    def tiny(cls) -> AudioVaeConfig:
        """The smallest network with every kind of layer, for tests."""
        return cls(channels=8, res_blocks=1)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> AudioVaeConfig:
        """Read the ``audio_vae`` object of a checkpoint's config.

        Raises:
            ValueError: the object describes another kind of network.
        """
        params = metadata.get("model", {}).get("params", {})
        network = params.get("ddconfig", {})
        stft = metadata.get("preprocessing", {}).get("stft", {})
        _check_network(network)
        return cls(
            channels=int(network.get("ch", cls.channels)),
            multipliers=tuple(int(value) for value in network.get("ch_mult", cls.multipliers)),
            res_blocks=int(network.get("num_res_blocks", cls.res_blocks)),
            mel_bins=int(network.get("mel_bins", cls.mel_bins)),
            sample_rate=int(params.get("sampling_rate", cls.sample_rate)),
            n_fft=int(stft.get("filter_length", cls.n_fft)),
            hop=int(stft.get("hop_length", cls.hop)),
        )

    def to_metadata(self) -> dict[str, Any]:
        """The ``audio_vae`` object that ``from_metadata`` and other LTX-2 loaders read."""
        network = {
            **FIXED,
            "mel_bins": self.mel_bins,
            "z_channels": AUDIO_CHANNELS,
            "resolution": 256,
            "downsample_time": False,
            "in_channels": 2,
            "out_ch": 2,
            "ch": self.channels,
            "ch_mult": list(self.multipliers),
            "num_res_blocks": self.res_blocks,
            "dropout": 0.0,
        }
        stft = {"filter_length": self.n_fft, "hop_length": self.hop, "win_length": self.n_fft}
        return {
            "model": {"params": {"ddconfig": network, "sampling_rate": self.sample_rate}},
            "preprocessing": {
                "audio": {"sampling_rate": self.sample_rate, "stereo": True},
                "stft": {**stft, "causal": True},
                "mel": {
                    "n_mel_channels": self.mel_bins,
                    "mel_fmin": 0,
                    "mel_fmax": self.sample_rate // 2,
                },
            },
        }


def _check_network(network: Mapping[str, Any]) -> None:
    """Refuse networks of the same family that LTX-2 does not use."""
    needed = {**FIXED, "z_channels": AUDIO_CHANNELS, "in_channels": 2, "out_ch": 2}
    for key, allowed in needed.items():
        given = network.get(key, allowed)
        if given != allowed:
            raise ValueError(
                f"audio_vae {key} is {given!r}; only {allowed!r} is supported, "
                "which is what LTX-2 files have"
            )
