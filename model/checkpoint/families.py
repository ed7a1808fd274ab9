"""The ``config`` objects of the official LTX-2 (19B) and LTX-2.3 (22B) files.

Reference values for full-size tests and for reading files whose metadata was thinned out.
Source: metadata of the LTX-2.3 release; LTX-2.0 from the diffusers conversion presets.
"""

from __future__ import annotations

from typing import Any

SCHEDULER: dict[str, Any] = {
    "_class_name": "RectifiedFlowScheduler",
    "_diffusers_version": "0.25.1",
    "num_train_timesteps": 1000,
    "shifting": None,
    "base_resolution": None,
    "sampler": "LinearQuadratic",
}

_TRANSFORMER: dict[str, Any] = {
    "_class_name": "AVTransformer3DModel",
    "num_layers": 48,
    "num_attention_heads": 32,
    "attention_head_dim": 128,
    "in_channels": 128,
    "out_channels": 128,
    "cross_attention_dim": 4096,
    "caption_channels": 3840,
    "audio_num_attention_heads": 32,
    "audio_attention_head_dim": 64,
    "audio_out_channels": 128,
    "audio_cross_attention_dim": 2048,
    "positional_embedding_type": "rope",
    "positional_embedding_theta": 10000.0,
    "positional_embedding_max_pos": [20, 2048, 2048],
    "audio_positional_embedding_max_pos": [20],
    "rope_type": "split",
    "frequencies_precision": "float64",
    "use_middle_indices_grid": True,
    "causal_temporal_positioning": True,
    "timestep_scale_multiplier": 1000,
    "av_ca_timestep_scale_multiplier": 1000.0,
    "norm_eps": 1e-6,
    "qk_norm": "rms_norm",
    "standardization_norm": "rms_norm",
    "norm_elementwise_affine": False,
    "attention_bias": True,
    "activation_fn": "gelu-approximate",
    "cross_attention_norm": True,
    "use_audio_video_cross_attention": True,
    "share_ff": False,
    "av_cross_ada_norm": True,
    "num_embeds_ada_norm": 1000,
    "num_vector_embeds": None,
    "dropout": 0.0,
    "upcast_attention": False,
    "double_self_attention": False,
    "only_cross_attention": False,
    "use_embeddings_connector": True,
    "connector_num_learnable_registers": 128,
    "connector_learnable_registers_std": 1,
    "connector_positional_embedding_max_pos": [4096],
    "connector_norm_output": True,
}
_CONNECTORS_2_0: dict[str, Any] = {
    "connector_num_attention_heads": 30,
    "connector_attention_head_dim": 128,
    "connector_num_layers": 2,
}
_CONNECTORS_2_3: dict[str, Any] = {
    "apply_gated_attention": True,
    "cross_attention_adaln": True,
    "caption_proj_before_connector": True,
    "caption_projection_first_linear": False,
    "caption_projection_second_linear": False,
    "caption_proj_input_norm": False,
    "connector_num_attention_heads": 32,
    "connector_attention_head_dim": 128,
    "audio_connector_num_attention_heads": 32,
    "audio_connector_attention_head_dim": 64,
    "connector_num_layers": 8,
    "connector_apply_gated_attention": True,
    "text_encoder_norm_type": "per_token_rms",
}

_VIDEO_VAE: dict[str, Any] = {
    "_class_name": "CausalVideoAutoencoder",
    "dims": 3,
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": 128,
    "encoder_base_channels": 128,
    "decoder_base_channels": 128,
    "patch_size": 4,
    "norm_layer": "pixel_norm",
    "latent_log_var": "uniform",
    "causal_decoder": False,
    "timestep_conditioning": False,
    "scaling_factor": 1.0,
    "use_quant_conv": False,
    "normalize_latent_channels": False,
}


def _res(layers: int) -> list[Any]:
    return ["res_x", {"num_layers": layers}]


def _change(kind: str, multiplier: int, **options: bool) -> list[Any]:
    return [kind, {"multiplier": multiplier, **options}]


_VIDEO_BLOCKS_2_0: dict[str, Any] = {
    "encoder_blocks": [
        _res(4), _change("compress_space_res", 2),
        _res(6), _change("compress_time_res", 2),
        _res(6), _change("compress_all_res", 2),
        _res(2), _change("compress_all_res", 2), _res(2),
    ],
    "decoder_blocks": [_res(5), *3 * [_change("compress_all", 2, residual=True), _res(5)]],
}  # fmt: skip
_VIDEO_BLOCKS_2_3: dict[str, Any] = {
    "encoder_blocks": [
        _res(4), _change("compress_space_res", 2),
        _res(6), _change("compress_time_res", 2),
        _res(4), _change("compress_all_res", 2),
        _res(2), _change("compress_all_res", 1), _res(2),
    ],
    "decoder_blocks": [
        _res(4), _change("compress_space", 2),
        _res(6), _change("compress_time", 2),
        _res(4), _change("compress_all", 1),
        _res(2), _change("compress_all", 2), _res(2),
    ],
    "spatial_padding_mode": "zeros",
}  # fmt: skip

_AUDIO_VAE: dict[str, Any] = {
    "model": {
        "params": {
            "sampling_rate": 16000,
            "ddconfig": {
                "double_z": True,
                "mel_bins": 64,
                "z_channels": 8,
                "resolution": 256,
                "downsample_time": False,
                "in_channels": 2,
                "out_ch": 2,
                "ch": 128,
                "ch_mult": [1, 2, 4],
                "num_res_blocks": 2,
                "attn_resolutions": [],
                "dropout": 0.0,
                "mid_block_add_attention": False,
                "norm_type": "pixel",
                "causality_axis": "height",
            },
        }
    },
    "preprocessing": {
        "stft": {"filter_length": 1024, "hop_length": 160, "win_length": 1024, "causal": True},
        "mel": {"n_mel_channels": 64, "mel_fmin": 0, "mel_fmax": 8000},
    },
}

_RESBLOCKS: dict[str, Any] = {
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": [[1, 3, 5]] * 3,
    "stereo": True,
}
_HIFIGAN: dict[str, Any] = {
    **_RESBLOCKS,
    "resblock": "1",
    "upsample_initial_channel": 1024,
    "upsample_rates": [6, 5, 2, 2, 2],
    "upsample_kernel_sizes": [16, 15, 8, 4, 4],
    "use_tanh_at_final": True,
    "use_bias_at_final": True,
}
_BIGVGAN: dict[str, Any] = {
    **_RESBLOCKS,
    "resblock": "AMP1",
    "activation": "snakebeta",
    "use_tanh_at_final": False,
    "use_bias_at_final": False,
}
_BIGVGAN_WITH_BWE: dict[str, Any] = {
    "vocoder": {
        **_BIGVGAN,
        "upsample_initial_channel": 1536,
        "upsample_rates": [5, 2, 2, 2, 2, 2],
        "upsample_kernel_sizes": [11, 4, 4, 4, 4, 4],
    },
    "bwe": {
        **_BIGVGAN,
        "upsample_initial_channel": 512,
        "upsample_rates": [6, 5, 2, 2, 2],
        "upsample_kernel_sizes": [12, 11, 4, 4, 4],
        "apply_final_activation": False,
        "input_sampling_rate": 16000,
        "output_sampling_rate": 48000,
        "hop_length": 80,
        "n_fft": 512,
        "win_size": 512,
        "num_mels": 64,
    },
}

LTX_2: dict[str, Any] = {
    "transformer": {**_TRANSFORMER, **_CONNECTORS_2_0},
    "vae": {**_VIDEO_VAE, **_VIDEO_BLOCKS_2_0},
    "audio_vae": _AUDIO_VAE,
    "vocoder": _HIFIGAN,
    "scheduler": SCHEDULER,
}
LTX_2_3: dict[str, Any] = {
    "transformer": {**_TRANSFORMER, **_CONNECTORS_2_3},
    "vae": {**_VIDEO_VAE, **_VIDEO_BLOCKS_2_3},
    "audio_vae": _AUDIO_VAE,
    "vocoder": _BIGVGAN_WITH_BWE,
    "scheduler": SCHEDULER,
}
