"""Configuration of the audio-video transformer, read from and written to checkpoint metadata.

The two streams share every rule and differ in numbers only, so one :class:`StreamConfig` describes
each of them. Source: LTX-2 checkpoint format, ``config.transformer`` of the safetensors header.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from ..shapes import AUDIO_BINS, AUDIO_CHANNELS, VIDEO_CHANNELS

RopeType = Literal["split", "interleaved"]
AvOrder = Literal["comfy", "reference"]

# Known flags that can have one value only: written into our files, checked in others.
_FIXED: dict[str, Any] = {
    "use_middle_indices_grid": True,
    "causal_temporal_positioning": True,
    "qk_norm": "rms_norm",
    "standardization_norm": "rms_norm",
    "norm_elementwise_affine": False,
    "attention_bias": True,
    "attention_type": "default",
    "activation_fn": "gelu-approximate",
    "cross_attention_norm": True,
    "positional_embedding_type": "rope",
    "use_audio_video_cross_attention": True,
    "share_ff": False,
    "av_cross_ada_norm": True,
    "num_embeds_ada_norm": 1000,
    "dropout": 0.0,
    "num_vector_embeds": None,
    "use_linear_projection": False,
    "upcast_attention": False,
    "double_self_attention": False,
    "only_cross_attention": False,
    "ff_bias": True,
    "audio_ff_bias": True,
    "connector_ff_bias": True,
    "use_prompt_adaln_single": True,
    "use_keyframes_abs_pos_embedding": False,
    "caption_projection_first_linear": False,
    "caption_projection_second_linear": False,
    "caption_proj_input_norm": False,
    "connector_num_learnable_registers": 128,
    "connector_norm_output": True,
}
# Said by official files, without influence on the network.
_INFORMATIVE = {
    "norm_num_groups",
    "connector_learnable_registers_std",
    "text_encoder_norm_type",
}
# These leave no trace in tensor shapes and the loaders of this field assume different defaults.
_MANDATORY = (
    "num_layers",
    "num_attention_heads",
    "attention_head_dim",
    "audio_num_attention_heads",
    "audio_attention_head_dim",
    "rope_type",
    "use_middle_indices_grid",
    "causal_temporal_positioning",
    "av_ca_timestep_scale_multiplier",
)


@dataclass(frozen=True)
class ConnectorConfig:
    """A text connector: a small transformer over text tokens and learnable registers."""

    heads: int
    head_dim: int
    layers: int
    gated: bool

    @property
    def width(self) -> int:
        """Width of its tokens, in and out."""
        return self.heads * self.head_dim


@dataclass(frozen=True)
class StreamConfig:
    """One modality: attention heads, latent channels per token, and the extent of its positions.

    ``max_pos`` is in seconds for time and in pixels for space, one number per position axis.
    """

    heads: int
    head_dim: int
    max_pos: tuple[float, ...]
    channels: int = 128
    connector: ConnectorConfig | None = None

    @property
    def width(self) -> int:
        """Width of the stream's tokens."""
        return self.heads * self.head_dim


@dataclass(frozen=True)
class TransformerConfig:
    """Sizes and switches of :class:`~.transformer.AVTransformer`.

    ``caption_projection`` is the LTX-2.0 caption mode: the context has ``caption_channels`` for
    each stream and is projected inside the model. In the 2.3 mode (False) it has the stream widths.
    ``av_order`` is no part of the file format: "comfy" lets audio attend to video that has already
    heard the audio (as ComfyUI runs every checkpoint), "reference" to video from before.
    """

    video: StreamConfig
    audio: StreamConfig
    layers: int
    caption_channels: int
    caption_projection: bool = False
    gated_attention: bool = True
    cross_attention_adaln: bool = True
    rope_type: RopeType = "split"
    rope_float64: bool = True
    rope_theta: float = 10000.0
    timestep_scale: float = 1000.0
    av_gate_timestep_scale: float = 1000.0
    norm_eps: float = 1e-6
    av_order: AvOrder = "comfy"

    def __post_init__(self) -> None:
        for name, stream, axes in (("video", self.video, 3), ("audio", self.audio, 1)):
            if stream.head_dim % 2:
                raise ValueError(
                    f"{name} head dim {stream.head_dim} is odd; rope needs an even one"
                )
            if len(stream.max_pos) != axes:
                raise ValueError(f"{name} max_pos {stream.max_pos} must have {axes} number(s)")
            connector, wanted = stream.connector, self.context_width(stream)
            if connector is not None and connector.width != wanted:
                raise ValueError(
                    f"{name} connector is {connector.width} wide, the transformer reads {wanted}; "
                    "set connector heads x head dim to that"
                )
        if self.rope_type not in get_args(RopeType) or self.av_order not in get_args(AvOrder):
            raise ValueError(
                f"rope_type {self.rope_type!r} must be one of {get_args(RopeType)} and "
                f"av_order {self.av_order!r} one of {get_args(AvOrder)}"
            )

    def context_width(self, stream: StreamConfig) -> int:
        """Width of the text context that a stream reads."""
        return self.caption_channels if self.caption_projection else stream.width

    @property
    def av_max_pos(self) -> float:
        """Extent in seconds of the positions shared by audio and video."""
        return max(self.video.max_pos[0], self.audio.max_pos[0])

    @classmethod
    def from_metadata(
        cls, metadata: Mapping[str, Any], av_order: AvOrder = "comfy"
    ) -> TransformerConfig:
        """Configuration of a file's ``config.transformer`` object.

        Raises:
            ValueError: a key is missing that shapes cannot tell, or asks for an unknown network.
        """
        _check(metadata)
        caption_projection = not metadata.get("caption_proj_before_connector", False)
        video = StreamConfig(
            heads=metadata["num_attention_heads"],
            head_dim=metadata["attention_head_dim"],
            max_pos=tuple(metadata.get("positional_embedding_max_pos", (20, 2048, 2048))),
            channels=metadata.get("in_channels", VIDEO_CHANNELS),
            connector=_connector(metadata, ""),
        )
        audio = StreamConfig(
            heads=metadata["audio_num_attention_heads"],
            head_dim=metadata["audio_attention_head_dim"],
            max_pos=tuple(metadata.get("audio_positional_embedding_max_pos", (20,))),
            channels=metadata.get("audio_in_channels", AUDIO_CHANNELS * AUDIO_BINS),
            connector=_connector(metadata, "audio_"),
        )
        config = cls(
            video=video,
            audio=audio,
            layers=metadata["num_layers"],
            caption_channels=metadata.get("caption_channels", 3840),
            caption_projection=caption_projection,
            gated_attention=metadata.get("apply_gated_attention", False),
            cross_attention_adaln=metadata.get("cross_attention_adaln", False),
            rope_type=metadata["rope_type"],
            rope_float64=metadata.get("frequencies_precision", "float32") == "float64",
            rope_theta=metadata.get("positional_embedding_theta", 10000.0),
            timestep_scale=metadata.get("timestep_scale_multiplier", 1000.0),
            av_gate_timestep_scale=metadata["av_ca_timestep_scale_multiplier"],
            norm_eps=metadata.get("norm_eps", 1e-6),
            av_order=av_order,
        )
        _check_derived(metadata, config)
        return config

    def to_metadata(self) -> dict[str, Any]:
        """The ``config.transformer`` object of this configuration (``av_order`` is not part)."""
        metadata: dict[str, Any] = {
            "_class_name": "AVTransformer3DModel",
            "num_layers": self.layers,
            **_stream_metadata(self.video, ""),
            **_stream_metadata(self.audio, "audio_"),
            "caption_channels": self.caption_channels,
            "positional_embedding_theta": self.rope_theta,
            "rope_type": self.rope_type,
            "frequencies_precision": "float64" if self.rope_float64 else "float32",
            "timestep_scale_multiplier": self.timestep_scale,
            "av_ca_timestep_scale_multiplier": self.av_gate_timestep_scale,
            "norm_eps": self.norm_eps,
            "apply_gated_attention": self.gated_attention,
            "cross_attention_adaln": self.cross_attention_adaln,
            "caption_proj_before_connector": not self.caption_projection,
            "use_embeddings_connector": self.video.connector is not None,
        }
        if self.video.connector is not None:
            metadata |= {
                "connector_apply_gated_attention": self.video.connector.gated,
                "connector_positional_embedding_max_pos": [4096],
            }
        return metadata | _FIXED

    @classmethod
    def tiny(cls, caption_projection: bool = False, connector: bool = True) -> TransformerConfig:
        """A configuration of about 0.1 M parameters for tests, 2.3 style or 2.0 style."""
        # Not the sum of the stream widths, which ComfyUI takes for features of both streams.
        caption_channels = 40
        widths = ((2, 20), (2, 20)) if caption_projection else ((2, 16), (2, 8))
        connectors = [
            ConnectorConfig(heads, head_dim, layers=1, gated=not caption_projection)
            if connector
            else None
            for heads, head_dim in widths
        ]
        return cls(
            video=StreamConfig(2, 16, (20.0, 2048.0, 2048.0), connector=connectors[0]),
            audio=StreamConfig(2, 8, (20.0,), connector=connectors[1]),
            layers=2,
            caption_channels=caption_channels,
            caption_projection=caption_projection,
            gated_attention=not caption_projection,
            cross_attention_adaln=not caption_projection,
        )


def _connector(metadata: Mapping[str, Any], prefix: str) -> ConnectorConfig | None:
    if not metadata.get("use_embeddings_connector", True):
        return None
    heads = metadata.get("connector_num_attention_heads", 30)
    head_dim = metadata.get("connector_attention_head_dim", 128)
    layers = metadata.get("connector_num_layers", 2)
    return ConnectorConfig(
        heads=metadata.get(f"{prefix}connector_num_attention_heads", heads),
        head_dim=metadata.get(f"{prefix}connector_attention_head_dim", head_dim),
        layers=metadata.get(f"{prefix}connector_num_layers", layers),
        gated=metadata.get("connector_apply_gated_attention", False),
    )


def _stream_metadata(stream: StreamConfig, prefix: str) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        f"{prefix}num_attention_heads": stream.heads,
        f"{prefix}attention_head_dim": stream.head_dim,
        f"{prefix}cross_attention_dim": stream.width,
        f"{prefix}in_channels": stream.channels,
        f"{prefix}out_channels": stream.channels,
        f"{prefix}positional_embedding_max_pos": list(stream.max_pos),
    }
    # Without connectors other loaders would build default ones, 3840 wide, for nothing.
    connector = stream.connector or ConnectorConfig(stream.heads, stream.head_dim, 0, False)
    metadata[f"{prefix}connector_num_attention_heads"] = connector.heads
    metadata[f"{prefix}connector_attention_head_dim"] = connector.head_dim
    metadata[f"{prefix}connector_num_layers"] = connector.layers
    return metadata


def _check(metadata: Mapping[str, Any]) -> None:
    missing = [key for key in _MANDATORY if key not in metadata]
    if missing:
        raise ValueError(
            f"config.transformer lacks {', '.join(missing)}; without them the same weights can "
            "mean different networks. Take the metadata of the original LTX-2 file"
        )
    for key, value in _FIXED.items():
        if metadata.get(key, value) != value:
            raise ValueError(
                f"config.transformer.{key} is {metadata[key]!r}, this transformer knows {value!r} "
                "only: the file belongs to another model generation than LTX-2 and LTX-2.3"
            )
    known = _FIXED.keys() | _INFORMATIVE | TransformerConfig.tiny().to_metadata().keys()
    # A switch that we do not know does no harm while it is off; "_" marks notes of the writer.
    unknown = sorted(k for k, v in metadata.items() if v and k not in known and k[0] != "_")
    if unknown:
        raise ValueError(
            f"config.transformer has unknown keys {', '.join(unknown)}: the file belongs to "
            "another model generation than LTX-2 and LTX-2.3"
        )


def _check_derived(metadata: Mapping[str, Any], config: TransformerConfig) -> None:
    for key, value in config.to_metadata().items():
        if key.endswith(("cross_attention_dim", "out_channels", "max_pos")):
            given = metadata.get(key, value)
            if given != value:
                raise ValueError(f"config.transformer.{key} is {given!r}, it must be {value!r}")
