"""Both vocoders: parity with diffusers, lengths, streaming, keys, stored bases, errors."""

import pytest
import torch
from hibari.model.vocoder import VocoderConfig, build_vocoder
from hibari.model.vocoder.config import GeneratorConfig

DILATIONS = [[1, 3, 5]] * 3
REAL_2_0 = {
    "upsample_initial_channel": 1024,
    "resblock": "1",
    "upsample_rates": [6, 5, 2, 2, 2],
    "upsample_kernel_sizes": [16, 15, 8, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": DILATIONS,
    "stereo": True,
    "use_tanh_at_final": True,
    "activation": "snake",
    "use_bias_at_final": True,
}
AMP = {
    "resblock": "AMP1",
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilation_sizes": DILATIONS,
    "stereo": True,
    "use_tanh_at_final": False,
    "activation": "snakebeta",
    "use_bias_at_final": False,
}
REAL_2_3 = {
    "vocoder": {
        **AMP,
        "upsample_initial_channel": 1536,
        "upsample_rates": [5, 2, 2, 2, 2, 2],
        "upsample_kernel_sizes": [11, 4, 4, 4, 4, 4],
    },
    "bwe": {
        **AMP,
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


def make(config: VocoderConfig):
    torch.manual_seed(0)
    vocoder = build_vocoder(config).requires_grad_(False)
    for name, parameter in vocoder.named_parameters():
        if name.endswith((".alpha", ".beta")):
            parameter.normal_(0, 0.3)
    return vocoder


@pytest.fixture(scope="module")
def hifigan():
    return make(VocoderConfig.tiny())


@pytest.fixture(scope="module")
def bandwidth():
    return make(VocoderConfig.tiny(bandwidth=True))


def mel_like(frames: int, batch: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(frames)
    return torch.randn(batch, 2, frames, 64, generator=generator) * 2 - 5


def diffusers_keys(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    renames = [
        ("conv_pre", "conv_in"),
        ("conv_post", "conv_out"),
        ("act_post", "act_out"),
        ("resblocks", "resnets"),
        ("ups.", "upsamplers."),
        ("downsample.lowpass", "downsample"),
    ]
    for ours, theirs in renames:
        state = {key.replace(ours, theirs): value for key, value in state.items()}
    return state


def relative_error(ours: torch.Tensor, theirs: torch.Tensor) -> float:
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()


def test_the_hifigan_equals_that_of_diffusers(hifigan):
    from diffusers.pipelines.ltx2.vocoder import LTX2Vocoder

    theirs = LTX2Vocoder(hidden_channels=32)
    theirs.load_state_dict(diffusers_keys(hifigan.state_dict()))
    mel = mel_like(9, batch=2)
    with torch.no_grad():
        wanted = theirs(mel)
    assert relative_error(hifigan(mel), wanted) < 1e-4


def test_the_bandwidth_extended_vocoder_equals_that_of_diffusers(bandwidth):
    from diffusers.pipelines.ltx2.vocoder import LTX2VocoderWithBWE

    # The published first generator ends in a clamp; diffusers leaves it out by default.
    theirs = LTX2VocoderWithBWE(hidden_channels=64, bwe_hidden_channels=32, final_act_fn="clamp")
    theirs.load_state_dict(diffusers_keys(bandwidth.state_dict()))
    mel = mel_like(9, batch=2)
    with torch.no_grad():
        wanted = theirs(mel)
    assert wanted.abs().max() < 1  # otherwise the clamp would hide differences
    assert relative_error(bandwidth(mel), wanted) < 1e-4


def test_one_second_of_latents_becomes_one_second_of_sound(hifigan, bandwidth):
    mel = mel_like(101)  # 26 latents
    assert hifigan(mel).shape == (1, 2, 24240)
    assert hifigan.sample_rate == 24000
    assert bandwidth(mel).shape == (1, 2, 48480)
    assert bandwidth.sample_rate == 48000


@pytest.mark.parametrize(("kind", "chunk"), [("hifigan", 7), ("hifigan", 50), ("bandwidth", 66)])
def test_streamed_sound_equals_unstreamed_sound(kind, chunk, request):
    vocoder = request.getfixturevalue(kind)
    mel = mel_like(131)
    pieces = list(vocoder.stream(mel, chunk))
    assert pieces[0].shape[-1] == chunk * vocoder.config.samples_per_frame
    torch.testing.assert_close(torch.cat(pieces, dim=-1), vocoder(mel), atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", ["hifigan", "bandwidth"])
def test_sound_depends_on_no_more_than_the_stated_context(kind, request):
    vocoder = request.getfixturevalue(kind)
    context, samples = vocoder.config.context_frames, vocoder.config.samples_per_frame
    mel = mel_like(2 * context + 5)
    changed = mel.clone()
    changed[:, :, context + 2] += 3.0
    different = (vocoder(mel) - vocoder(changed)).abs().amax(dim=(0, 1)) > 0
    touched = different.nonzero().ravel() // samples
    assert touched.min() >= 2
    assert touched.max() <= 2 * context + 2


def test_silence_and_single_frames_stay_finite(hifigan, bandwidth):
    silence = torch.full((1, 2, 1, 64), -11.512925)
    for vocoder in (hifigan, bandwidth):
        assert torch.isfinite(vocoder(silence)).all()
        assert vocoder(silence).abs().max() <= 1


@pytest.mark.parametrize("resblock", ["1", "2", "AMP1"])
@pytest.mark.parametrize("activation", ["snake", "snakebeta"])
def test_every_kind_of_block_makes_sound_and_learns(resblock, activation):
    torch.manual_seed(0)
    generator = GeneratorConfig(
        channels=16,
        upsample_rates=(5, 4),
        upsample_kernels=(11, 8),
        resblock=resblock,
        resblock_dilations=((1, 3) if resblock == "2" else (1, 3, 5),) * 3,
        activation=activation,
    )
    vocoder = build_vocoder(VocoderConfig(generator))
    waveform = vocoder(mel_like(5))
    assert waveform.shape == (1, 2, 100)
    waveform.square().mean().backward()
    dead = [name for name, weight in vocoder.named_parameters() if not weight.grad.abs().sum() > 0]
    assert dead == []


def test_both_generators_of_the_bandwidth_extension_learn():
    vocoder = make(VocoderConfig.tiny(bandwidth=True)).requires_grad_(True)
    vocoder(mel_like(3)).square().mean().backward()
    dead = [name for name, weight in vocoder.named_parameters() if not weight.grad.abs().sum() > 0]
    assert dead == []


def test_plain_blocks_ignore_the_activation_as_other_loaders_do(hifigan):
    config = VocoderConfig.from_metadata({**REAL_2_0, "upsample_initial_channel": 32})
    other = VocoderConfig.from_metadata(
        {**REAL_2_0, "upsample_initial_channel": 32, "activation": "snakebeta"}
    )
    assert config.generator == hifigan.config.generator
    assert build_vocoder(other).state_dict().keys() == hifigan.state_dict().keys()


def test_the_2_0_configuration_has_the_keys_of_the_files():
    config = VocoderConfig.from_metadata(REAL_2_0)
    shapes = {
        k: tuple(v.shape) for k, v in build_vocoder(config, device="meta").state_dict().items()
    }
    expected = {
        "conv_pre.weight": (1024, 128, 7),
        "ups.0.weight": (1024, 512, 16),
        "ups.4.weight": (64, 32, 4),
        "resblocks.0.convs1.0.weight": (512, 512, 3),
        "resblocks.14.convs2.2.weight": (32, 32, 11),
        "conv_post.weight": (2, 32, 7),
        "conv_post.bias": (2,),
    }
    assert expected.items() <= shapes.items()
    assert len(shapes) == 2 * (1 + 5 + 15 * 6 + 1)


def test_the_2_3_configuration_has_the_keys_of_the_files():
    config = VocoderConfig.from_metadata(REAL_2_3)
    shapes = {
        k: tuple(v.shape) for k, v in build_vocoder(config, device="meta").state_dict().items()
    }
    expected = {
        "vocoder.conv_pre.weight": (1536, 128, 7),
        "vocoder.resblocks.0.convs1.0.weight": (768, 768, 3),
        "vocoder.resblocks.17.acts1.0.act.alpha": (24,),
        "vocoder.resblocks.17.acts2.2.act.beta": (24,),
        "vocoder.resblocks.0.acts1.0.upsample.filter": (1, 1, 12),
        "vocoder.resblocks.0.acts1.0.downsample.lowpass.filter": (1, 1, 12),
        "vocoder.act_post.act.beta": (24,),
        "vocoder.conv_post.weight": (2, 24, 7),
        "bwe_generator.conv_pre.weight": (512, 128, 7),
        "bwe_generator.ups.1.weight": (256, 128, 11),
        "bwe_generator.conv_post.weight": (2, 16, 7),
        "mel_stft.mel_basis": (64, 257),
        "mel_stft.stft_fn.forward_basis": (514, 1, 512),
        "mel_stft.stft_fn.inverse_basis": (514, 1, 512),
    }
    assert expected.items() <= shapes.items()
    generators = [(6, "vocoder."), (5, "bwe_generator.")]
    for stages, prefix in generators:
        # Per block 6 convolutions and 6 activations with 2 parameters and 2 filters.
        count = 2 * (1 + stages) + stages * 3 * 6 * (2 + 4) + 4 + 1
        assert sum(key.startswith(prefix) for key in shapes) == count
    assert not any("resampler" in key or key.endswith("conv_post.bias") for key in shapes)


@pytest.mark.parametrize("metadata", [REAL_2_0, REAL_2_3])
def test_the_configuration_survives_the_metadata(metadata):
    assert VocoderConfig.from_metadata(metadata).to_metadata() == metadata


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"resblock": "3"}, "resblock is '3'"),
        ({"stereo": False}, "stereo is false"),
        ({"upsample_rates": [6, 5]}, "2 upsample_rates and 5 upsample_kernel_sizes"),
        ({"upsample_kernel_sizes": [16, 16, 8, 4, 4]}, "kernel 16 does not fit rate 5"),
        ({"resblock_kernel_sizes": [3]}, "1 resblock_kernel_sizes and 3"),
        ({"resblock": "2"}, r"\[1, 3, 5\]; resblock 2 needs 2 dilations"),
        ({"upsample_initial_channel": 16}, "upsample_initial_channel 16"),
        ({"activation": "relu", "resblock": "AMP1"}, "activation is 'relu'"),
    ],
)
def test_generators_that_cannot_be_built_are_refused_by_key(change, message):
    with pytest.raises(ValueError, match=message):
        VocoderConfig.from_metadata({**REAL_2_0, **change})


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("vocoder", {"upsample_rates": [5, 2, 2, 2, 2, 4]}, "makes 32000 Hz"),
        ("bwe", {"hop_length": 160}, "hop_length 160"),
        ("bwe", {"output_sampling_rate": 44100}, "44100 is not a multiple"),
        ("bwe", {"num_mels": 80}, "num_mels is 80"),
    ],
)
def test_pairs_that_do_not_fit_are_refused_by_key(part, change, message):
    metadata = {**REAL_2_3, part: {**REAL_2_3[part], **change}}
    with pytest.raises(ValueError, match=message):
        VocoderConfig.from_metadata(metadata)


def test_wrong_spectrograms_and_chunks_are_refused_by_name(hifigan):
    with pytest.raises(ValueError, match=r"vocoder input has shape \[1, 64, 9\]"):
        hifigan(torch.zeros(1, 64, 9))
    with pytest.raises(ValueError, match="chunk_frames is 0"):
        next(hifigan.stream(mel_like(9), 0))


def test_layers_come_from_the_operations_namespace():
    made = []

    def counting(layer):
        def build(*args, **kwargs):
            made.append(layer(*args, **kwargs))
            return made[-1]

        return build

    operations = type(
        "operations",
        (),
        {
            "Conv1d": staticmethod(counting(torch.nn.Conv1d)),
            "ConvTranspose1d": staticmethod(counting(torch.nn.ConvTranspose1d)),
        },
    )
    vocoder = build_vocoder(VocoderConfig.tiny(bandwidth=True), operations, dtype=torch.bfloat16)
    convolutions = (torch.nn.Conv1d, torch.nn.ConvTranspose1d)
    assert len(made) == sum(isinstance(m, convolutions) for m in vocoder.modules())
    assert {value.dtype for value in vocoder.state_dict().values()} == {torch.bfloat16}
