"""Parity of the transformer with diffusers on small random weights (fp32, reference order)."""

import sys
from dataclasses import replace

import pytest
import torch
from einops import rearrange
from hibari.model.transformer import AVTransformer, TransformerConfig, TransformerInputs

try:
    import torchaudio  # noqa: F401
except OSError:
    # A torchaudio built for another torch breaks the import of diffusers, which does not need it.
    sys.modules["torchaudio"] = None
except ImportError:
    pass
diffusers = pytest.importorskip("diffusers")

FPS, GRID, AUDIO = 24.0, (3, 4, 5), 7
RENAMES = {
    "audio_prompt_adaln_single": "audio_prompt_adaln",
    "prompt_adaln_single": "prompt_adaln",
    "av_ca_video_scale_shift_adaln_single": "av_cross_attn_video_scale_shift",
    "av_ca_audio_scale_shift_adaln_single": "av_cross_attn_audio_scale_shift",
    "av_ca_a2v_gate_adaln_single": "av_cross_attn_video_a2v_gate",
    "av_ca_v2a_gate_adaln_single": "av_cross_attn_audio_v2a_gate",
    "audio_adaln_single": "audio_time_embed",
    "adaln_single": "time_embed",
    "audio_patchify_proj": "audio_proj_in",
    "patchify_proj": "proj_in",
    "scale_shift_table_a2v_ca_video": "video_a2v_cross_attn_scale_shift_table",
    "scale_shift_table_a2v_ca_audio": "audio_a2v_cross_attn_scale_shift_table",
}
PARTS = {"q_norm": "norm_q", "k_norm": "norm_k"}


def randomise(module, seed=0, std=0.2):
    """Weights far enough from any special value that every path of the network matters."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=std, generator=generator)
    return module.eval().requires_grad_(False)


def rename(key):
    head, *tail = key.split(".")
    if head == "transformer_blocks":
        tail = [PARTS.get(part, RENAMES.get(part, part)) for part in tail]
    return ".".join([RENAMES.get(head, head), *tail])


def diffusers_twin(model):
    config = model.config
    twin = diffusers.LTX2VideoTransformer3DModel(
        num_layers=config.layers,
        num_attention_heads=config.video.heads,
        attention_head_dim=config.video.head_dim,
        cross_attention_dim=config.video.width,
        audio_num_attention_heads=config.audio.heads,
        audio_attention_head_dim=config.audio.head_dim,
        audio_cross_attention_dim=config.audio.width,
        caption_channels=config.caption_channels,
        gated_attn=config.gated_attention,
        audio_gated_attn=config.gated_attention,
        cross_attn_mod=config.cross_attention_adaln,
        audio_cross_attn_mod=config.cross_attention_adaln,
        use_prompt_embeddings=config.caption_projection,
        rope_type=config.rope_type,
        rope_double_precision=config.rope_float64,
        perturbed_attn=True,
    )
    twin.load_state_dict({rename(k): v for k, v in model.state_dict().items()}, strict=True)
    return twin.eval()


def case(config, seed=1):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return torch.randn(*shape, generator=generator)

    widths = [config.context_width(s) for s in (config.video, config.audio)]
    return draw(2, 128, *GRID), draw(2, 8, AUDIO, 16), draw(2, 6, widths[0]), draw(2, 6, widths[1])


def run_both(model, twin, sigma, audio_sigma=None, mask=None, severed=False, skip=()):
    video, audio, video_text, audio_text = case(model.config)
    audio_sigma = sigma if audio_sigma is None else audio_sigma
    ours = model(
        video,
        audio,
        sigma,
        audio_sigma,
        torch.cat((video_text, audio_text), dim=-1),
        conditions=TransformerInputs(
            frame_rate=FPS,
            context_mask=mask,
            audio_to_video=not severed,
            video_to_audio=not severed,
            skip_self_attention=frozenset(skip),
        ),
    )
    top = [s.flatten(1).amax(1) if s.ndim > 1 else s for s in (sigma, audio_sigma)]
    theirs = twin(
        rearrange(video, "b c f y x -> b (f y x) c"),
        rearrange(audio, "b c a m -> b a (c m)"),
        video_text,
        audio_text,
        timestep=sigma * 1000,
        audio_timestep=audio_sigma * 1000,
        sigma=top[0] * 1000,
        audio_sigma=top[1] * 1000,
        encoder_attention_mask=mask,
        audio_encoder_attention_mask=mask,
        num_frames=GRID[0],
        height=GRID[1],
        width=GRID[2],
        fps=FPS,
        audio_num_frames=AUDIO,
        isolate_modalities=severed,
        spatio_temporal_guidance_blocks=list(skip),
        return_dict=False,
    )
    f, y, x = GRID
    theirs = (
        rearrange(theirs[0], "b (f y x) c -> b c f y x", f=f, y=y, x=x),
        rearrange(theirs[1], "b a (c m) -> b c a m", m=16),
    )
    return ours, theirs


def assert_close(ours, theirs):
    for a, b in zip(ours, theirs, strict=True):
        assert b.abs().max() > 0.1
        assert (a - b).abs().max() <= 1e-4 * b.abs().max()


@pytest.fixture(scope="module", params=["2.0", "2.3", "2.3 interleaved", "2.0 padded lanes"])
def pair(request):
    config = TransformerConfig.tiny(request.param.startswith("2.0"), connector=False)
    config = replace(config, av_order="reference")
    if "interleaved" in request.param:
        config = replace(config, rope_type="interleaved")
    if "padded" in request.param:
        # 44 angles of which 3 axes fill 42, and another head count than audio's
        video = replace(config.video, heads=4, head_dim=22)
        config = replace(config, video=video, audio=replace(config.audio, heads=4))
    model = randomise(AVTransformer(config))
    return model, diffusers_twin(model)


def test_output_equals_diffusers(pair):
    assert_close(*run_both(*pair, torch.tensor([0.3, 0.9])))


def test_masked_text_equals_diffusers(pair):
    mask = torch.tensor([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0]])
    assert_close(*run_both(*pair, torch.tensor([0.3, 0.9]), mask=mask))


def test_severed_modalities_equal_diffusers(pair):
    assert_close(*run_both(*pair, torch.tensor([0.3, 0.9]), severed=True))


def test_skipped_self_attention_equals_diffusers(pair):
    assert_close(*run_both(*pair, torch.tensor([0.3, 0.9]), skip=[1]))


def test_tokens_of_different_noise_equal_diffusers_without_cross_modal_gates(pair):
    # Severed, because diffusers gives cross-modal gates the stream's own tokens in this call form.
    sigma = torch.rand(2, 60, generator=torch.Generator().manual_seed(3))
    audio_sigma = torch.rand(2, AUDIO, generator=torch.Generator().manual_seed(4))
    assert_close(*run_both(*pair, sigma, audio_sigma, severed=True))


def test_the_comfy_order_changes_the_audio_first(pair):
    model, _ = pair
    comfy = AVTransformer(replace(model.config, av_order="comfy", layers=1))
    comfy.load_state_dict(model.state_dict(), strict=False)
    reference = AVTransformer(replace(model.config, layers=1))
    reference.load_state_dict(model.state_dict(), strict=False)
    video, audio, *text = case(model.config)
    sigma = torch.tensor([0.5, 0.5])
    a = comfy.eval()(video, audio, sigma, sigma, torch.cat(text, dim=-1))
    b = reference.eval()(video, audio, sigma, sigma, torch.cat(text, dim=-1))
    assert torch.equal(a[0], b[0])
    assert (a[1] - b[1]).abs().max() > 1e-3 * b[1].abs().max()
