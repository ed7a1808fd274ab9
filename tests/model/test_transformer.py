"""Laws of the transformer: noise levels, modalities, guidance switches, references, errors."""

from dataclasses import replace

import pytest
import torch
from hibari.model.transformer import (
    AVTransformer,
    TransformerConfig,
    TransformerInputs,
    initialize,
)
from hibari.model.transformer.layers import RmsNorm
from torch import nn

CONFIG = TransformerConfig.tiny(connector=False)
GRID, AUDIO = (2, 2, 3), 5


def randomise(model, std=0.2):
    generator = torch.Generator().manual_seed(0)
    for parameter in model.eval().requires_grad_(False).parameters():
        parameter.normal_(std=std, generator=generator)
    return model


@pytest.fixture(scope="module")
def model():
    return randomise(AVTransformer(CONFIG))


@pytest.fixture
def video():
    return torch.randn(2, 128, *GRID, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def audio():
    return torch.randn(2, 8, AUDIO, 16, generator=torch.Generator().manual_seed(2))


@pytest.fixture
def context():
    return torch.randn(2, 4, 48, generator=torch.Generator().manual_seed(3))


SIGMA = torch.tensor([0.25, 0.75])


def differs(a, b):
    return (a - b).abs().max() > 1e-3 * b.abs().max()


def test_a_level_for_each_token_equals_a_level_for_each_sample_when_uniform(
    model, video, audio, context
):
    whole = model(video, audio, SIGMA, SIGMA, context)
    tokens = SIGMA[:, None].expand(2, 12), SIGMA[:, None].expand(2, AUDIO)
    each = model(video, audio, *tokens, context)
    torch.testing.assert_close(each, whole, atol=1e-5, rtol=1e-5)


def test_noise_levels_of_tokens_are_laid_out_as_the_latent_is(model, video, audio, context):
    # Without blocks, a token's level can change only its own output.
    shallow = AVTransformer(replace(CONFIG, layers=0))
    shallow.load_state_dict(model.state_dict(), strict=False)
    levels = torch.full((2, 12), 0.5)
    levels[:, 1 * 6 + 1 * 3 + 2] = 0.1  # frame 1, row 1, column 2
    flat = shallow(video, None, torch.full((2,), 0.5), None, context)[0]
    moved = shallow(video, None, levels, None, context)[0]
    changed = (moved - flat).abs().amax(dim=(0, 1)) > 1e-4
    assert changed.nonzero().tolist() == [[1, 1, 2]]


def test_samples_of_a_batch_do_not_see_each_other(model, video, audio, context):
    both = model(video, audio, SIGMA, SIGMA, context)
    for i in range(2):
        one = model(*(x[i : i + 1] for x in (video, audio, SIGMA, SIGMA, context)))
        torch.testing.assert_close(one, tuple(x[i : i + 1] for x in both), atol=1e-5, rtol=1e-5)


def test_video_hears_audio_only_through_the_audio_to_video_attention(model, video, audio, context):
    cut = TransformerInputs(audio_to_video=False)
    heard = [model(video, a, SIGMA, SIGMA, context)[0] for a in (audio, -audio)]
    deaf = [model(video, a, SIGMA, SIGMA, context, conditions=cut)[0] for a in (audio, -audio)]
    assert differs(*heard)
    assert torch.equal(*deaf)


def test_audio_sees_video_only_through_the_video_to_audio_attention(model, video, audio, context):
    cut = TransformerInputs(video_to_audio=False)
    seen = [model(v, audio, SIGMA, SIGMA, context)[1] for v in (video, -video)]
    blind = [model(v, audio, SIGMA, SIGMA, context, conditions=cut)[1] for v in (video, -video)]
    assert differs(*seen)
    assert torch.equal(*blind)


def test_severed_streams_equal_each_stream_run_alone(model, video, audio, context):
    cut = TransformerInputs(audio_to_video=False, video_to_audio=False)
    both = model(video, audio, SIGMA, SIGMA, context, conditions=cut)
    video_alone, nothing = model(video, None, SIGMA, None, context)
    assert nothing is None
    torch.testing.assert_close(video_alone, both[0], atol=1e-6, rtol=1e-6)
    nothing, audio_alone = model(None, audio, None, SIGMA, context)
    assert nothing is None
    torch.testing.assert_close(audio_alone, both[1], atol=1e-6, rtol=1e-6)


def test_cross_modal_gates_follow_the_noisiest_token_of_each_sample(model, video, audio, context):
    quiet = torch.tensor([[0.2] * AUDIO, [0.3] * AUDIO])
    quiet[:, 0] = torch.tensor([0.9, 0.8])
    gate, seen = model.av_ca_a2v_gate_adaln_single, []
    hook = gate.register_forward_pre_hook(lambda _, args: seen.append(args[0].value))
    try:
        model(video, audio, SIGMA, quiet, context)
    finally:
        hook.remove()
    torch.testing.assert_close(seen[0], torch.tensor([0.9, 0.8]))


def test_skipped_self_attention_passes_values_on_to_gate_and_projection(model):
    attention = model.transformer_blocks[0].attn1
    x = torch.randn(2, 7, CONFIG.video.width)
    out = attention(x, skip=True)
    heads = attention.to_v(x).view(2, 7, CONFIG.video.heads, -1)
    gates = 2 * torch.sigmoid(attention.to_gate_logits(x))
    wanted = attention.to_out[0]((heads * gates[..., None]).flatten(2))
    torch.testing.assert_close(out, wanted)


@pytest.mark.parametrize("bias", [None, torch.tensor([0.0, -1e4, -2.0]).view(1, 1, 1, 3)])
def test_attention_is_the_same_in_training_and_inference(model, bias):
    attention = model.transformer_blocks[0].attn1
    x, context = torch.randn(2, 7, CONFIG.video.width), torch.randn(2, 3, CONFIG.video.width)
    trained = attention(x.requires_grad_(), context, bias=bias)
    with torch.no_grad():
        torch.testing.assert_close(attention(x, context, bias=bias), trained.detach())


def test_self_attention_is_skipped_in_the_named_blocks_only(model, video, audio, context):
    def run(*blocks):
        inputs = TransformerInputs(skip_self_attention=frozenset(blocks))
        return model(video, audio, SIGMA, SIGMA, context, conditions=inputs)[0]

    plain, first, second, both = run(), run(0), run(1), run(0, 1)
    for a, b in ((plain, first), (plain, second), (first, second), (second, both)):
        assert differs(a, b)
    with pytest.raises(ValueError, match="names block 7; this transformer has the blocks 0 to 1"):
        run(7)


def test_reference_audio_is_heard_and_trimmed_from_the_output(model, video, audio, context):
    reference = torch.randn(1, 3, 128)
    inputs = TransformerInputs(reference_audio=reference)
    plain = model(video, audio, SIGMA, SIGMA, context)
    guided = model(video, audio, SIGMA, SIGMA, context, conditions=inputs)
    assert guided[1].shape == plain[1].shape
    assert differs(guided[1], plain[1])


def test_reference_audio_counts_as_clean_tokens_in_front(model, video, audio, context):
    # The same tokens as part of the latent, at noise zero, differ only by where they lie in time.
    reference = torch.randn(2, 8, 3, 16)
    tokens = reference.transpose(1, 2).flatten(2)
    inputs = TransformerInputs(reference_audio=tokens, frame_rate=24)
    longer = torch.cat((reference, audio), dim=2)
    levels = torch.cat((torch.zeros(2, 3), SIGMA[:, None].expand(2, AUDIO)), dim=1)
    still = randomise(AVTransformer(CONFIG))
    for block in still.transformer_blocks:
        # Queries of norm zero attend evenly, wherever the keys are.
        for attention in (block.audio_attn1, block.audio_to_video_attn, block.video_to_audio_attn):
            attention.q_norm.weight.zero_()
    guided = still(video, audio, SIGMA, SIGMA, context, conditions=inputs)
    plain = still(video, longer, SIGMA, levels, context, conditions=TransformerInputs(24))
    torch.testing.assert_close(guided[0], plain[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(guided[1], plain[1][:, :, 3:], atol=1e-5, rtol=1e-5)


def test_keyframes_at_their_own_place_change_nothing_and_elsewhere_something(
    model, video, audio, context
):
    pixels = [[[1, 9]] * 6, [[0, 32]] * 3 + [[32, 64]] * 3, [[0, 32], [32, 64], [64, 96]] * 2]
    here = torch.tensor(pixels)[None].repeat(2, 1, 1, 1)

    def run(coordinates):
        inputs = TransformerInputs(24.0, keyframe_coordinates=coordinates)
        return model(video, audio, SIGMA, SIGMA, context, conditions=inputs)

    plain = run(None)
    torch.testing.assert_close(run(here), plain, atol=1e-5, rtol=1e-5)
    elsewhere = here.clone()
    elsewhere[:, 0] += 40
    assert differs(run(elsewhere)[0], plain[0])


LAST_FRAME = torch.tensor([[[[8, 9]] * 6, [[0, 32]] * 3 + [[32, 64]] * 3, [[0, 32]] * 6]]).float()


def with_weights(*weights):
    return TransformerInputs(
        keyframe_coordinates=LAST_FRAME, keyframe_weights=torch.tensor(weights, dtype=torch.float32)
    )


def test_a_keyframe_without_weight_is_as_if_it_were_not_there(model, video, context):
    ignored, _ = model(video, None, SIGMA, None, context, conditions=with_weights(*[0] * 6))
    absent, _ = model(video[:, :, :1], None, SIGMA, None, context)
    torch.testing.assert_close(ignored[:, :, :1], absent, atol=1e-5, rtol=1e-5)


def test_keyframes_of_full_weight_are_as_without_weights(model, video, audio, context):
    arguments = (video, audio, SIGMA, SIGMA, context)
    plain = model(*arguments, conditions=TransformerInputs(keyframe_coordinates=LAST_FRAME))
    full = model(*arguments, conditions=with_weights(*[1] * 6))
    assert all(torch.equal(a, b) for a, b in zip(plain, full, strict=True))
    weak = model(*arguments, conditions=with_weights(*[0.2] * 6))
    assert differs(weak[0], plain[0])


def test_absent_tokens_are_nowhere_and_have_no_velocity(model, video, audio, context):
    present = torch.tensor([True] * 6 + [False] * 6)
    levels = SIGMA[:, None].expand(2, 12)
    found = model(
        *(video, audio, levels, SIGMA, context), conditions=TransformerInputs(present=present)
    )
    shorter = model(video[:, :, :1], audio, levels[:, :6], SIGMA, context)
    torch.testing.assert_close(found[0][:, :, :1], shorter[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found[1], shorter[1], atol=1e-5, rtol=1e-5)
    assert not found[0][:, :, 1].any()


def test_masked_text_is_not_read(model, video, audio, context):
    inputs = TransformerInputs(context_mask=torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0]]))
    spoiled = context.clone()
    spoiled[0, 2:] = spoiled[1, 3:] = 50.0
    runs = [model(video, audio, SIGMA, SIGMA, c, conditions=inputs) for c in (context, spoiled)]
    torch.testing.assert_close(*runs, atol=1e-6, rtol=1e-6)
    assert differs(runs[0][0], model(video, audio, SIGMA, SIGMA, context)[0])


def test_a_prompt_without_any_valid_token_gives_numbers(model, video, audio, context):
    inputs = TransformerInputs(context_mask=torch.zeros(2, 4, dtype=torch.bool))
    out = model(video, audio, SIGMA, SIGMA, context, conditions=inputs)
    assert all(x.isfinite().all() for x in out)


def test_faster_video_sits_elsewhere_in_time(model, video, audio, context):
    slow, fast = (
        model(video, audio, SIGMA, SIGMA, context, conditions=TransformerInputs(rate))[0]
        for rate in (12.0, 48.0)
    )
    assert differs(slow, fast)


def test_gradients_reach_every_parameter_but_the_connectors(video, audio, context):
    model = AVTransformer(TransformerConfig.tiny())
    initialize(model, torch.Generator().manual_seed(0))
    nn.init.normal_(model.proj_out.weight)
    nn.init.normal_(model.audio_proj_out.weight)
    for adaln in (m for n, m in model.named_modules() if n.endswith("adaln_single.linear")):
        nn.init.normal_(adaln.weight, std=0.1)
    out = model(video, audio, SIGMA, SIGMA, context)
    sum(x.square().sum() for x in out).backward()
    for name, parameter in model.named_parameters():
        reached = parameter.grad is not None and bool(parameter.grad.abs().max() > 0)
        assert reached != ("embeddings_connector" in name), name


def test_initial_velocity_is_zero_and_its_gradient_is_not(video, audio, context):
    model = AVTransformer(CONFIG)
    initialize(model, torch.Generator().manual_seed(0))
    out = model(video, audio, SIGMA, SIGMA, context)
    assert all(torch.equal(x, torch.zeros_like(x)) for x in out)
    sum((x - 1).square().sum() for x in out).backward()
    assert model.proj_out.weight.grad.abs().max() > 0


def test_initialisation_depends_on_the_generator_alone():
    models = [AVTransformer(CONFIG) for _ in range(2)]
    for model in models:
        initialize(model, torch.Generator().manual_seed(5))
    for a, b in zip(*(m.state_dict().values() for m in models), strict=True):
        assert torch.equal(a, b)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dtype_in_is_dtype_out(dtype, video, audio, context):
    model = randomise(AVTransformer(CONFIG, dtype=dtype))
    out = model(video.to(dtype), audio.to(dtype), SIGMA, SIGMA, context.to(dtype))
    assert [x.dtype for x in out] == [dtype, dtype]


def test_autocast_stays_close_to_full_precision(model, video, audio, context):
    full = model(video, audio, SIGMA, SIGMA, context)
    with torch.autocast("cpu", torch.bfloat16):
        half = model(video, audio, SIGMA, SIGMA, context)
    for a, b in zip(half, full, strict=True):
        assert a.dtype == torch.float32
        assert (a - b).abs().max() < 0.1 * b.abs().max()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_rms_norm_is_that_of_torch(dtype):
    x = torch.randn(3, 5, 40).mul(4).to(dtype).requires_grad_()
    x.data[0, 0] = 0
    norm = RmsNorm(40, eps=1e-6)
    nn.init.normal_(norm.weight)
    twin = nn.RMSNorm(40, eps=1e-6).to(dtype)
    twin.load_state_dict(norm.state_dict())
    ours, theirs = norm(x), twin(x)
    gradients = [torch.autograd.grad(y.square().sum(), x)[0] for y in (ours, theirs)]
    tolerance = 1e-5 if dtype == torch.float32 else 2e-2
    torch.testing.assert_close(ours, theirs, atol=tolerance, rtol=tolerance)
    torch.testing.assert_close(*gradients, atol=10 * tolerance, rtol=10 * tolerance)


def test_layers_come_from_the_operations_given():
    class Operations:
        class Linear(nn.Linear):
            pass

        class RMSNorm(nn.RMSNorm):
            pass

    model = AVTransformer(TransformerConfig.tiny(), operations=Operations)
    kinds = {type(m) for m in model.modules() if isinstance(m, nn.Linear | nn.RMSNorm)}
    assert kinds == {Operations.Linear, Operations.RMSNorm}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"video": torch.zeros(2, 64, *GRID)}, r"video latents have shape \[2, 64, 2, 2, 3\]"),
        ({"audio": torch.zeros(2, 8, 5, 15)}, r"audio latents have shape \[2, 8, 5, 15\]"),
        ({"context": torch.zeros(2, 4, 47)}, r"text context has shape .* give \[B, tokens, 48\]"),
        ({"video_sigma": torch.zeros(3)}, r"video sigma has shape \[3\]; give \[2\]"),
        ({"audio_sigma": torch.zeros(2, 4)}, r"audio sigma has shape \[2, 4\]"),
        ({"audio_sigma": None}, "audio latents came without audio_sigma"),
        ({"video": None, "audio": None}, "neither video nor audio"),
    ],
)
def test_inputs_that_do_not_fit_are_named(model, video, audio, context, change, message):
    given = {
        "video": video,
        "audio": audio,
        "video_sigma": SIGMA,
        "audio_sigma": SIGMA,
        "context": context,
    } | change
    with pytest.raises(ValueError, match=message):
        model(*given.values())


def test_more_keyframe_tokens_than_video_tokens_are_refused(model, video, audio, context):
    inputs = TransformerInputs(keyframe_coordinates=torch.zeros(1, 3, 13, 2))
    with pytest.raises(ValueError, match="place 13 tokens, the video has 12"):
        model(video, audio, SIGMA, SIGMA, context, conditions=inputs)


def test_a_floating_point_mask_is_refused(model, video, audio, context):
    inputs = TransformerInputs(context_mask=torch.ones(2, 4))
    with pytest.raises(ValueError, match="give booleans or integers"):
        model(video, audio, SIGMA, SIGMA, context, conditions=inputs)
