"""Text connectors behind their projection: parity with diffusers, registers, padding, errors."""

import re
import sys

import pytest
import torch
from hibari.model.text.projection import TextProjection
from hibari.model.transformer import AVTransformer, TransformerConfig

HIDDEN_STATES = 3
RENAMES = {
    "_embeddings_connector": "_connector",
    "transformer_1d_blocks": "transformer_blocks",
    "q_norm": "norm_q",
    "k_norm": "norm_k",
    "aggregate_embed": "text_proj_in",
}


def randomise(*modules):
    generator = torch.Generator().manual_seed(0)
    for module in modules:
        for parameter in module.eval().requires_grad_(False).parameters():
            parameter.normal_(std=0.3, generator=generator)


@pytest.fixture(scope="module", params=["2.0", "2.3"])
def text_path(request):
    config = TransformerConfig.tiny(caption_projection=request.param == "2.0")
    width = config.caption_channels
    widths = (width,) if config.caption_projection else (config.video.width, config.audio.width)
    model = AVTransformer(config)
    projection = TextProjection(width, widths, layers=HIDDEN_STATES)
    randomise(model, projection)
    return model, projection


def diffusers_twin(model, projection):
    try:
        import torchaudio  # noqa: F401
    except OSError:
        # A torchaudio built for another torch breaks the import of diffusers, unused by it.
        sys.modules["torchaudio"] = None
    except ImportError:
        pass
    connectors = pytest.importorskip("diffusers.pipelines.ltx2.connectors")
    config = model.config
    video, audio = config.video.connector, config.audio.connector
    twin = connectors.LTX2TextConnectors(
        caption_channels=config.caption_channels,
        text_proj_in_factor=HIDDEN_STATES,
        video_connector_num_attention_heads=video.heads,
        video_connector_attention_head_dim=video.head_dim,
        video_connector_num_layers=video.layers,
        video_gated_attn=video.gated,
        audio_connector_num_attention_heads=audio.heads,
        audio_connector_attention_head_dim=audio.head_dim,
        audio_connector_num_layers=audio.layers,
        audio_gated_attn=audio.gated,
        rope_type=config.rope_type,
        per_modality_projections=not config.caption_projection,
        video_hidden_dim=config.video.width,
        audio_hidden_dim=config.audio.width,
        proj_bias=not config.caption_projection,
    )
    state = {}
    for module in (model, projection):
        for key, value in module.state_dict().items():
            if "_embeddings_connector." in key or "aggregate_embed" in key:
                state[re.sub("|".join(RENAMES), lambda part: RENAMES[part.group()], key)] = value
    twin.load_state_dict(state, strict=True)
    return twin.eval()


def test_projection_and_connectors_equal_diffusers(text_path):
    model, projection = text_path
    hidden = torch.randn(2, 1024, model.config.caption_channels, HIDDEN_STATES) * 3 + 1
    mask = torch.zeros(2, 1024, dtype=torch.long)
    mask[0, -5:] = mask[1, -200:] = 1
    ours = model.connect(projection(hidden, mask), mask)
    video, audio, valid = diffusers_twin(model, projection)(hidden, mask)
    theirs = torch.cat((video, audio), dim=-1)
    assert valid.all()
    assert (ours - theirs).abs().max() <= 1e-4 * theirs.abs().max()


def test_padding_on_the_left_right_or_nowhere_gives_the_same_context(text_path):
    model, projection = text_path
    hidden = torch.randn(1, 6, model.config.caption_channels, HIDDEN_STATES)
    junk = torch.full((1, 3, *hidden.shape[2:]), 7.0)
    mask = torch.tensor([[1] * 6 + [0] * 3])

    def context(hidden, mask):
        return model.connect(projection(hidden, mask), mask)

    plain = model.connect(projection(hidden, torch.ones(1, 6)))
    right = context(torch.cat((hidden, junk), dim=1), mask)
    left = context(torch.cat((junk, hidden), dim=1), mask.flip(1))
    torch.testing.assert_close(right, plain, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(left, plain, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("tokens", "total"), [(1, 1024), (1024, 1024), (1025, 1152)])
def test_context_is_never_shorter_than_1024_and_whole_register_rounds(tokens, total):
    connector = AVTransformer(TransformerConfig.tiny()).video_embeddings_connector
    features = torch.randn(1, tokens, connector.config.width)
    filled = connector._with_registers(features, None)
    assert filled.shape[1] == total
    assert torch.equal(filled[:, :tokens], features)
    for position in range(tokens, total):
        assert torch.equal(filled[0, position], connector.learnable_registers[position % 128])


def test_video_context_comes_before_audio_context(text_path):
    model, _ = text_path
    config = model.config
    features = torch.randn(1, 4, model.video_embeddings_connector.config.width)
    audio = torch.randn(1, 4, model.audio_embeddings_connector.config.width)
    context = model.connect(torch.cat((features, audio), dim=-1))
    assert context.shape[-1] == sum(config.context_width(s) for s in (config.video, config.audio))
    torch.testing.assert_close(
        context[..., : features.shape[-1]], model.video_embeddings_connector(features)
    )
    torch.testing.assert_close(
        context[..., features.shape[-1] :], model.audio_embeddings_connector(audio)
    )


def test_features_of_another_width_are_refused(text_path):
    with pytest.raises(ValueError, match="text features are 7 wide"):
        text_path[0].connect(torch.zeros(1, 4, 7))


def test_a_model_without_connectors_says_so():
    model = AVTransformer(TransformerConfig.tiny(connector=False))
    with pytest.raises(ValueError, match="no text connectors"):
        model.connect(torch.zeros(1, 4, 48))
