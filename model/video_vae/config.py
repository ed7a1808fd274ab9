"""Configuration of the LTX-2 video VAE, read from and written to ``config.vae`` of a checkpoint.

Source: the ``vae`` object of LTX-2 and LTX-2.3 checkpoints (``CausalVideoAutoencoder``). Older
LTX-Video options (strided compressions, noise injection, timestep conditioning) are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from ..shapes import SPACE_STRIDE, TIME_STRIDE, VIDEO_CHANNELS

Padding = Literal["zeros", "reflect"]
LogVariance = Literal["uniform", "per_channel", "constant", "none"]

STRIDES = {"compress_space": (1, 2, 2), "compress_time": (2, 1, 1), "compress_all": (2, 2, 2)}
LOG_VARIANCE_CHANNELS = {"uniform": 1, "constant": 1, "none": 0}


@dataclass(frozen=True)
class Block:
    """One entry of a block list.

    ``kind`` is ``res_x`` (a stack of ``num_layers`` residual blocks) or one of ``STRIDES``, which
    changes time and space by ``stride`` and the width by ``multiplier``. ``residual`` gives a
    ``compress_all`` of the decoder its parameter-free shortcut; the encoder's compressions
    (``compress_*_res`` in the file) always have one.
    """

    kind: str
    num_layers: int = 1
    multiplier: int = 1
    residual: bool = False

    @property
    def stride(self) -> tuple[int, int, int]:
        """Factors by which this block divides (encoder) or multiplies frames, rows, columns."""
        return STRIDES.get(self.kind, (1, 1, 1))


@dataclass(frozen=True)
class VideoVaeConfig:
    """Everything that decides the tensors and the arithmetic of a video VAE.

    ``encoder_blocks`` are listed in running order, ``decoder_blocks`` from the pixels inwards (the
    decoder runs them reversed), as in the file.

    Raises:
        ValueError: the block lists do not make 32x32x8, or an option has no such value.
    """

    encoder_blocks: tuple[Block, ...]
    decoder_blocks: tuple[Block, ...]
    encoder_base_channels: int = 128
    decoder_base_channels: int = 128
    patch_size: int = 4
    pixel_channels: int = 3
    latent_channels: int = VIDEO_CHANNELS
    causal_decoder: bool = False
    encoder_padding: Padding = "zeros"
    decoder_padding: Padding = "reflect"
    latent_log_var: LogVariance = "uniform"

    def __post_init__(self) -> None:
        _check_choice("spatial_padding_mode", self.encoder_padding, ("zeros", "reflect"))
        _check_choice("spatial_padding_mode", self.decoder_padding, ("zeros", "reflect"))
        _check_choice(
            "latent_log_var",
            self.latent_log_var,
            ("uniform", "per_channel", "constant", "none"),
        )
        for name, blocks in (
            ("encoder_blocks", self.encoder_blocks),
            ("decoder_blocks", self.decoder_blocks),
        ):
            time, rows, columns = (prod(b.stride[axis] for b in blocks) for axis in range(3))
            if (time, rows * self.patch_size, columns * self.patch_size) != (
                TIME_STRIDE,
                SPACE_STRIDE,
                SPACE_STRIDE,
            ):
                raise ValueError(
                    f"{name} with patch_size {self.patch_size} compress time by {time} and space "
                    f"by {rows * self.patch_size}; make them {TIME_STRIDE} and {SPACE_STRIDE}"
                )

    @property
    def encoder_out_channels(self) -> int:
        """Channels that the encoder emits: the means, then the log-variance."""
        return self.latent_channels + LOG_VARIANCE_CHANNELS.get(
            self.latent_log_var, self.latent_channels
        )

    @classmethod
    def from_metadata(cls, vae: Mapping[str, Any]) -> VideoVaeConfig:
        """Configuration in a checkpoint's ``config["vae"]``.

        Raises:
            ValueError: the object describes a VAE of another family (timestep conditioning, noise
                injection, strided compressions, other norms), or is inconsistent.
        """
        _refuse_foreign(vae)
        padding = vae.get("spatial_padding_mode")
        return cls(
            encoder_blocks=_read_blocks(vae, "encoder_blocks", "_res", 2),
            decoder_blocks=_read_blocks(vae, "decoder_blocks", "", 1),
            encoder_base_channels=vae.get("encoder_base_channels", 128),
            decoder_base_channels=vae.get("decoder_base_channels", 128),
            patch_size=vae.get("patch_size", 4),
            pixel_channels=vae.get("in_channels", 3),
            latent_channels=vae.get("latent_channels", VIDEO_CHANNELS),
            causal_decoder=vae.get("causal_decoder", False),
            encoder_padding=padding or "zeros",
            decoder_padding=padding or "reflect",
            latent_log_var=vae.get("latent_log_var", "uniform"),
        )

    def to_metadata(self) -> dict[str, Any]:
        """The ``vae`` object that other readers of the format need; inverse of from_metadata.

        Raises:
            ValueError: encoder and decoder pad differently in a way the one key cannot say.
        """
        metadata: dict[str, Any] = {
            "_class_name": "CausalVideoAutoencoder",
            "dims": 3,
            "in_channels": self.pixel_channels,
            "out_channels": self.pixel_channels,
            "latent_channels": self.latent_channels,
            "encoder_blocks": [_write_block(b, "_res") for b in self.encoder_blocks],
            "decoder_blocks": [_write_block(b, "") for b in self.decoder_blocks],
            "scaling_factor": 1.0,
            "norm_layer": "pixel_norm",
            "patch_size": self.patch_size,
            "latent_log_var": self.latent_log_var,
            "use_quant_conv": False,
            "causal_decoder": self.causal_decoder,
            "timestep_conditioning": False,
            "normalize_latent_channels": False,
            "encoder_base_channels": self.encoder_base_channels,
            "decoder_base_channels": self.decoder_base_channels,
        }
        # The file has one key for both halves; without it readers take zeros and reflect.
        if self.encoder_padding == self.decoder_padding:
            metadata["spatial_padding_mode"] = self.encoder_padding
        elif (self.encoder_padding, self.decoder_padding) != ("zeros", "reflect"):
            raise ValueError(
                "encoder_padding 'reflect' with decoder_padding 'zeros' cannot be written to a "
                "checkpoint; use the same padding in both, or zeros and reflect"
            )
        return metadata

    @classmethod
    def tiny(cls) -> VideoVaeConfig:
        """A few thousand weights per layer, for tests: patch 8, base 8, 2.0-style decoder."""
        res = Block("res_x")
        down = Block("compress_all", multiplier=2)
        up = Block("compress_all", multiplier=2, residual=True)
        time = Block("compress_time")
        return cls(
            encoder_blocks=(res, down, res, down, time, res),
            decoder_blocks=(res, up, res, up, time, res),
            encoder_base_channels=8,
            decoder_base_channels=8,
            patch_size=8,
            decoder_padding="zeros",
        )


def _check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} {value!r} is not known; use one of {', '.join(allowed)}")


def _refuse_foreign(vae: Mapping[str, Any]) -> None:
    if vae.get("timestep_conditioning", False):
        raise ValueError(
            "timestep_conditioning is true: this is an LTX-Video 0.9 decoder, which is not "
            "supported; use an LTX-2 or LTX-2.3 checkpoint"
        )
    for key, wanted in (
        ("_class_name", "CausalVideoAutoencoder"),
        ("dims", 3),
        ("norm_layer", "pixel_norm"),
    ):
        if vae.get(key, wanted) != wanted:
            raise ValueError(
                f"{key} {vae[key]!r} of the video VAE is not supported; it must be {wanted!r}"
            )
    if vae.get("in_channels", 3) != vae.get("out_channels", 3):
        raise ValueError("in_channels and out_channels of the video VAE must be equal")


def _read_blocks(
    vae: Mapping[str, Any], key: str, suffix: str, multiplier: int
) -> tuple[Block, ...]:
    if not vae.get(key):
        raise ValueError(f"the video VAE has no {key}; use an LTX-2 or LTX-2.3 checkpoint")
    return tuple(_read_block(key, kind, given, suffix, multiplier) for kind, given in vae[key])


def _read_block(key: str, kind: str, given: Any, suffix: str, multiplier: int) -> Block:
    options: Mapping[str, Any] = {"num_layers": given} if isinstance(given, int) else given
    if options.get("inject_noise", False) or options.get("attention_head_dim", -1) > 0:
        raise ValueError(
            f"{key}: {kind} with noise injection or attention is not supported; "
            "use an LTX-2 or LTX-2.3 checkpoint"
        )
    if kind == "res_x":
        return Block(kind, num_layers=options.get("num_layers", 1))
    stem = kind.removesuffix(suffix) if kind.endswith(suffix) else kind + "?"
    if stem not in STRIDES:
        allowed = ", ".join(["res_x", *(name + suffix for name in STRIDES)])
        raise ValueError(f"{key}: block {kind!r} is not supported; use one of {allowed}")
    # Only compress_all has a shortcut in the decoder, whatever the entry says.
    residual = not suffix and stem == "compress_all" and options.get("residual", False)
    return Block(stem, multiplier=options.get("multiplier", multiplier), residual=residual)


def _write_block(block: Block, suffix: str) -> list[Any]:
    if block.kind == "res_x":
        return [block.kind, {"num_layers": block.num_layers}]
    options: dict[str, Any] = {"multiplier": block.multiplier}
    if not suffix and block.residual:
        options["residual"] = True
    return [block.kind + suffix, options]
