"""Stock blocks on our VAEs and media wires, held to what the embedded host makes of the same."""

from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from hibari.host import InputImpl
from hibari.host.embedded.audio_codec import AudioCodec
from hibari.host.embedded.video_codec import VideoCodec
from hibari.model.checkpoint import Checkpoint
from PIL import Image
from safetensors.torch import load_file

from .comfyui_graphs import (
    CHECKPOINT,
    FPS,
    PROMPT,
    node,
    sampled_by_us,
    saved_by_us,
    with_saved_latents,
    with_stock_decoders,
)

pytestmark = pytest.mark.comfyui

RATE_HZ = 24000


@pytest.fixture(scope="module")
def codecs(comfyui):
    """(video, audio) codecs of the embedded host, of the same checkpoint."""
    file = Checkpoint(comfyui.base / "models" / "checkpoints" / CHECKPOINT)
    with torch.inference_mode():
        video = VideoCodec(file.load_video_vae())
        return video, AudioCodec(file.load_audio_vae(), file.load_sounding())


@pytest.fixture(scope="module")
def decoded(comfyui):
    """What stock decoders and encoders made of sampled latents, as a function of the node."""
    graph = with_saved_latents(with_stock_decoders(sampled_by_us()))
    graph["heard file"] = node("SaveAudio", audio=["sound", 0], filename_prefix="heard")
    return run(comfyui, graph)


def run(comfyui, graph):
    result = comfyui.run(graph)
    assert result.error is None, result.error["exception_message"]

    def files(name):
        entries = next(
            v for k, v in result.outputs[name].items() if k in {"images", "latents", "audio"}
        )
        return [comfyui.base / "output" / e["subfolder"] / e["filename"] for e in entries]

    return files


def latent(files):
    (path,) = files
    return load_file(path)["latent_tensor"]


def pictures(files):
    return np.stack([np.asarray(Image.open(path)) for path in files]).astype(int)


def waveform(path):
    """Samples [2, N] of a file, and their rate."""
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        resampler = av.AudioResampler("fltp", "stereo", stream.rate)
        frames = [part for frame in file.decode(stream) for part in resampler.resample(frame)]
        rate_hz = stream.rate
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1), rate_hz


@torch.inference_mode()
def test_vae_decode_whole_and_tiled_shows_what_the_embedded_host_shows(decoded, codecs):
    wanted = codecs[0].decode(latent(decoded("video")))[0].mul(255).numpy()
    # Saved pictures are cut down to whole greys, and two builds of torch differ in the last bit.
    assert np.abs(pictures(decoded("pictures")) - wanted).max() <= 1.001
    assert np.abs(pictures(decoded("tiles")) - wanted).max() <= 2


@torch.inference_mode()
def test_vae_encode_finds_the_latents_that_the_embedded_host_finds(decoded, codecs):
    frames = codecs[0].decode(latent(decoded("video")))[0]
    torch.testing.assert_close(
        latent(decoded("latent")), codecs[0].encode(frames), rtol=0, atol=1e-3
    )


@torch.inference_mode()
def test_stock_audio_blocks_sound_and_hear_like_the_embedded_host(decoded, codecs):
    from hibari.model.audio_transform import resample

    sound = codecs[1].decode(latent(decoded("audio")))
    (path,) = decoded("heard file")
    found, rate_hz = waveform(path)
    assert rate_hz == RATE_HZ
    # FLAC of 16 bits.
    assert np.abs(found - sound[0].T.numpy()).max() < 1e-3
    heard = codecs[1].encode(resample(sound.movedim(-1, 1), RATE_HZ, 16000).movedim(1, -1))
    torch.testing.assert_close(latent(decoded("sound latent")), heard, rtol=0, atol=1e-3)


def test_latents_survive_being_separated_and_joined(comfyui):
    plain = with_saved_latents(sampled_by_us())
    joined = sampled_by_us() | {
        "apart": node("LTXVSeparateAVLatent", av_latent=["sample", 0]),
        "joined": node("LTXVConcatAVLatent", video_latent=["apart", 0], audio_latent=["apart", 1]),
    }
    again = with_saved_latents(joined)
    again["separate"]["inputs"]["av_latent"] = ["joined", 0]
    before, after = run(comfyui, plain), run(comfyui, again)
    for name in ("video", "audio"):
        assert torch.equal(latent(before(name)), latent(after(name)))


def test_our_text_block_and_the_stock_one_encode_alike(comfyui):
    stock = with_saved_latents(sampled_by_us())
    ours = with_saved_latents(sampled_by_us())
    ours["positive"] = node("HibariTextEncode", clip=["load", 1], prompt=PROMPT)
    # The empty prompt comes with ours.
    del ours["sample"]["inputs"]["negative"], ours["negative"]
    for name in ("video", "audio"):
        assert torch.equal(latent(run(comfyui, stock)(name)), latent(run(comfyui, ours)(name)))


def test_a_saved_video_comes_apart_into_its_frames_sound_and_rate(comfyui):
    graph = saved_by_us(sampled_by_us()) | {
        "parts": node("GetVideoComponents", video=["file", 0]),
        "frames again": node("SaveImage", images=["parts", 0], filename_prefix="parts"),
        "sound again": node("SaveAudio", audio=["parts", 1], filename_prefix="parts"),
        "rate": node("PreviewAny", source=["parts", 2]),
        "stock file": node(
            "SaveVideo", video=["file", 0], filename_prefix="copied", format="mp4", codec="h264"
        ),
    }
    result = comfyui.run(graph)
    assert result.error is None, result.error["exception_message"]
    files = run(comfyui, graph)
    shown = InputImpl.VideoFromFile(str(files("file")[0])).get_components().images
    assert shown.shape == (9, 64, 64, 3)
    # The picture is noise, and where colours jump there are many ways from half as many to pixels.
    assert np.median(np.abs(pictures(files("frames again")) - shown.mul(255).numpy())) <= 3
    sound, rate_hz = waveform(files("sound again")[0])
    assert (rate_hz, sound.shape[0]) == (RATE_HZ, 2)
    assert sound.shape[1] / RATE_HZ == pytest.approx(9 / FPS, abs=1 / FPS)
    assert result.outputs["rate"]["text"] == [str(FPS)]
    (copied,) = files("stock file")
    with av.open(str(copied)) as file:
        assert file.streams.video[0].average_rate == Fraction(24)
        assert file.streams.video[0].frames == 9
        assert len(file.streams.audio) == 1


def test_stock_audio_blocks_cut_join_and_turn_down_our_sound(comfyui):
    second = {"start_index": 0.0, "duration": 0.2}
    graph = sampled_by_us() | {
        "sound": node("HibariDecodeAudio", latent=["sample", 0], audio_vae=["load", 3]),
        "cut": node("TrimAudioDuration", audio=["sound", 0], **second),
        "quiet": node("AudioAdjustVolume", audio=["cut", 0], volume=-6),
        "joined": node("AudioConcat", audio1=["cut", 0], audio2=["quiet", 0], direction="after"),
        "file": node("SaveAudio", audio=["joined", 0], filename_prefix="joined"),
    }
    (path,) = run(comfyui, graph)("file")
    sound, rate_hz = waveform(path)
    half = round(0.2 * RATE_HZ)
    assert (rate_hz, sound.shape) == (RATE_HZ, (2, 2 * half))
    assert np.abs(sound[:, :half]).max() > 0.01
    np.testing.assert_allclose(sound[:, half:], sound[:, :half] * 10 ** (-6 / 20), atol=1e-3)
