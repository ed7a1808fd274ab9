"""Configurations: the official ones have the keys and shapes of the format, files read back."""

import math
from dataclasses import replace

import pytest
import torch
from hibari.model.transformer import AVTransformer, TransformerConfig

# The headers of the official files, all keys.
COMMON = {
    "_class_name": "AVTransformer3DModel",
    "activation_fn": "gelu-approximate",
    "attention_bias": True,
    "attention_head_dim": 128,
    "attention_type": "default",
    "caption_channels": 3840,
    "cross_attention_dim": 4096,
    "double_self_attention": False,
    "dropout": 0.0,
    "in_channels": 128,
    "norm_elementwise_affine": False,
    "norm_eps": 1e-06,
    "norm_num_groups": 32,
    "num_attention_heads": 32,
    "num_embeds_ada_norm": 1000,
    "num_layers": 48,
    "num_vector_embeds": None,
    "only_cross_attention": False,
    "cross_attention_norm": True,
    "out_channels": 128,
    "upcast_attention": False,
    "use_linear_projection": False,
    "qk_norm": "rms_norm",
    "standardization_norm": "rms_norm",
    "positional_embedding_type": "rope",
    "positional_embedding_theta": 10000.0,
    "positional_embedding_max_pos": [20, 2048, 2048],
    "timestep_scale_multiplier": 1000,
    "av_ca_timestep_scale_multiplier": 1000.0,
    "causal_temporal_positioning": True,
    "audio_num_attention_heads": 32,
    "audio_attention_head_dim": 64,
    "use_audio_video_cross_attention": True,
    "share_ff": False,
    "audio_out_channels": 128,
    "audio_cross_attention_dim": 2048,
    "audio_positional_embedding_max_pos": [20],
    "av_cross_ada_norm": True,
    "use_embeddings_connector": True,
    "connector_positional_embedding_max_pos": [4096],
    "connector_num_learnable_registers": 128,
    "connector_norm_output": True,
    "use_middle_indices_grid": True,
    "rope_type": "split",
    "frequencies_precision": "float64",
}
LTX_2 = COMMON | {
    "_diffusers_version": "0.25.1",
    "connector_num_attention_heads": 30,
    "connector_attention_head_dim": 128,
    "connector_num_layers": 2,
}
LTX_23 = COMMON | {
    "apply_gated_attention": True,
    "cross_attention_adaln": True,
    "caption_proj_before_connector": True,
    "caption_projection_first_linear": False,
    "caption_projection_second_linear": False,
    "caption_proj_input_norm": False,
    "connector_learnable_registers_std": 1,
    "text_encoder_norm_type": "per_token_rms",
    "connector_num_attention_heads": 32,
    "connector_attention_head_dim": 128,
    "audio_connector_num_attention_heads": 32,
    "audio_connector_attention_head_dim": 64,
    "connector_num_layers": 8,
    "connector_apply_gated_attention": True,
}


def linear(name, in_features, out_features):
    return {f"{name}.weight": (out_features, in_features), f"{name}.bias": (out_features,)}


def attention(name, query, context, heads, head_dim, gated):
    inner = heads * head_dim
    return {
        **linear(f"{name}.to_q", query, inner),
        **linear(f"{name}.to_k", context, inner),
        **linear(f"{name}.to_v", context, inner),
        **linear(f"{name}.to_out.0", inner, query),
        f"{name}.q_norm.weight": (inner,),
        f"{name}.k_norm.weight": (inner,),
        **(linear(f"{name}.to_gate_logits", query, heads) if gated else {}),
    }


def feed_forward(name, width):
    return {
        **linear(f"{name}.net.0.proj", width, 4 * width),
        **linear(f"{name}.net.2", 4 * width, width),
    }


def adaln(name, width, rows):
    return {
        **linear(f"{name}.emb.timestep_embedder.linear_1", 256, width),
        **linear(f"{name}.emb.timestep_embedder.linear_2", width, width),
        **linear(f"{name}.linear", width, rows * width),
    }


def connector(name, heads, head_dim, layers, gated):
    width = heads * head_dim
    keys = {f"{name}.learnable_registers": (128, width)}
    for i in range(layers):
        block = f"{name}.transformer_1d_blocks.{i}"
        keys |= attention(f"{block}.attn1", width, width, heads, head_dim, gated)
        keys |= feed_forward(f"{block}.ff", width)
    return keys


def block(name, rows, gated):
    video, audio = 4096, 2048
    keys = {
        **attention(f"{name}.attn1", video, video, 32, 128, gated),
        **attention(f"{name}.attn2", video, video, 32, 128, gated),
        **attention(f"{name}.audio_attn1", audio, audio, 32, 64, gated),
        **attention(f"{name}.audio_attn2", audio, audio, 32, 64, gated),
        **attention(f"{name}.audio_to_video_attn", video, audio, 32, 64, gated),
        **attention(f"{name}.video_to_audio_attn", audio, video, 32, 64, gated),
        **feed_forward(f"{name}.ff", video),
        **feed_forward(f"{name}.audio_ff", audio),
        f"{name}.scale_shift_table": (rows, video),
        f"{name}.audio_scale_shift_table": (rows, audio),
        f"{name}.scale_shift_table_a2v_ca_video": (5, video),
        f"{name}.scale_shift_table_a2v_ca_audio": (5, audio),
    }
    if rows == 9:
        keys[f"{name}.prompt_scale_shift_table"] = (2, video)
        keys[f"{name}.audio_prompt_scale_shift_table"] = (2, audio)
    return keys


def official_keys(rows, gated):
    keys = {
        **linear("patchify_proj", 128, 4096),
        **linear("audio_patchify_proj", 128, 2048),
        **linear("proj_out", 4096, 128),
        **linear("audio_proj_out", 2048, 128),
        **adaln("adaln_single", 4096, rows),
        **adaln("audio_adaln_single", 2048, rows),
        **adaln("av_ca_video_scale_shift_adaln_single", 4096, 4),
        **adaln("av_ca_audio_scale_shift_adaln_single", 2048, 4),
        **adaln("av_ca_a2v_gate_adaln_single", 4096, 1),
        **adaln("av_ca_v2a_gate_adaln_single", 2048, 1),
        "scale_shift_table": (2, 4096),
        "audio_scale_shift_table": (2, 2048),
    }
    for i in range(48):
        keys |= block(f"transformer_blocks.{i}", rows, gated)
    return keys


def ltx_2_keys():
    keys = official_keys(rows=6, gated=False)
    for prefix, width in (("", 4096), ("audio_", 2048)):
        keys |= linear(f"{prefix}caption_projection.linear_1", 3840, width)
        keys |= linear(f"{prefix}caption_projection.linear_2", width, width)
    for modality in ("video", "audio"):
        keys |= connector(f"{modality}_embeddings_connector", 30, 128, 2, gated=False)
    return keys


def ltx_23_keys():
    keys = official_keys(rows=9, gated=True)
    keys |= adaln("prompt_adaln_single", 4096, 2) | adaln("audio_prompt_adaln_single", 2048, 2)
    keys |= connector("video_embeddings_connector", 32, 128, 8, gated=True)
    return keys | connector("audio_embeddings_connector", 32, 64, 8, gated=True)


# "19B" counts no connectors (0.7 billion), "22B" also the text projection (1.2 billion).
@pytest.mark.parametrize(
    ("metadata", "keys", "total"),
    [(LTX_2, ltx_2_keys, 19_585_115_392), (LTX_23, ltx_23_keys, 21_005_004_544)],
)
def test_official_configurations_have_the_keys_and_shapes_of_the_format(metadata, keys, total):
    model = AVTransformer(TransformerConfig.from_metadata(metadata), device="meta")
    ours = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    assert ours == keys()
    assert sum(map(math.prod, keys().values())) == total


@pytest.mark.parametrize("metadata", [LTX_2, LTX_23])
def test_official_metadata_survives_being_read_and_written(metadata):
    config = TransformerConfig.from_metadata(metadata)
    written = config.to_metadata()
    assert TransformerConfig.from_metadata(written) == config
    notes = {
        "_diffusers_version",
        "norm_num_groups",
        "connector_learnable_registers_std",
        "text_encoder_norm_type",
    }
    assert {k: written[k] for k in metadata if k not in notes} == {
        k: v for k, v in metadata.items() if k not in notes
    }


@pytest.mark.parametrize("caption_projection", [True, False])
@pytest.mark.parametrize("connector", [True, False])
def test_small_configurations_survive_too(caption_projection, connector):
    config = TransformerConfig.tiny(caption_projection, connector)
    config = replace(config, rope_type="interleaved", rope_float64=False, norm_eps=1e-5)
    assert TransformerConfig.from_metadata(config.to_metadata()) == config


def test_unknown_switches_that_are_off_and_notes_are_tolerated():
    config = TransformerConfig.from_metadata(LTX_23 | {"use_hall_effect": False, "_note": "x"})
    assert config == TransformerConfig.from_metadata(LTX_23)


def test_the_order_of_cross_attention_comes_from_outside_the_file():
    config = TransformerConfig.from_metadata(LTX_23, av_order="reference")
    assert config.av_order == "reference"
    assert "reference" not in config.to_metadata().values()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ff_bias": False}, "ff_bias is False, this transformer knows True only"),
        ({"use_keyframes_abs_pos_embedding": True}, "use_keyframes_abs_pos_embedding is True"),
        ({"use_prompt_adaln_single": False}, "use_prompt_adaln_single is False"),
        ({"use_middle_indices_grid": False}, "use_middle_indices_grid is False"),
        ({"num_experts": 8}, "unknown keys num_experts"),
        ({"cross_attention_dim": 4095}, "cross_attention_dim is 4095, it must be 4096"),
        ({"rope_type": "spiral"}, "rope_type 'spiral' must be one of"),
        ({"connector_attention_head_dim": 64}, "video connector is 2048 wide"),
        ({"attention_head_dim": 127}, "video head dim 127 is odd"),
        ({"positional_embedding_max_pos": [20]}, "max_pos .* must have 3 number"),
    ],
)
def test_metadata_of_another_network_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        TransformerConfig.from_metadata(LTX_23 | change)


@pytest.mark.parametrize("key", ["rope_type", "av_ca_timestep_scale_multiplier", "num_layers"])
def test_what_shapes_cannot_tell_must_be_in_the_metadata(key):
    metadata = {k: v for k, v in LTX_23.items() if k != key}
    with pytest.raises(ValueError, match=f"lacks {key}"):
        TransformerConfig.from_metadata(metadata)


def test_meta_device_models_hold_no_memory():
    model = AVTransformer(TransformerConfig.tiny(), device="meta", dtype=torch.bfloat16)
    assert {(p.device.type, p.dtype) for p in model.parameters()} == {("meta", torch.bfloat16)}
