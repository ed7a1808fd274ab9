"""What each block returns and how it refuses, with stand-ins for the networks."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hibari.host import NestedTensor
from hibari.host.embedded.folders import set_folders
from hibari.host.media import probe_video, read_video
from hibari.nodes.conditioning import UNCONDITIONAL
from hibari.nodes.decode import HibariDecodeAudio, HibariDecodeVideo
from hibari.nodes.empty_latent import HibariEmptyLatent
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.save_video import HibariSaveVideo
from hibari.nodes.text_encode import HibariTextEncode


class FakeClip:
    def tokenize(self, text):
        return text

    def encode_from_tokens_scheduled(self, text):
        return [[torch.full((1, 1 + len(text.split()), 48), float(len(text))), {"pooled": text}]]


class FakeVae:
    def decode(self, video):
        B, _, F, h, w = video.shape
        return torch.full((B, 8 * F - 7, 32 * h, 32 * w, 3), 0.5)


class FakeAudioVae:
    first_stage_model = SimpleNamespace(output_sample_rate=24000)

    def __init__(self, seconds=2.0):
        self.samples = round(seconds * 24000)

    def decode(self, audio):
        return torch.full((len(audio), self.samples, 2), 0.25)


def joint(batch=1, frames=2):
    video, audio = torch.zeros(batch, 128, frames, 1, 2), torch.zeros(batch, 8, 9, 16)
    return {"samples": NestedTensor((video, audio)), "frame_rate": 24.0}


@pytest.fixture
def output(tmp_path):
    set_folders(output=tmp_path)
    yield tmp_path
    set_folders(output=None)


def test_text_is_encoded_with_the_empty_prompt_beside_it():
    (conditioning,) = HibariTextEncode.execute(FakeClip(), "a ball", camera="pan").args
    context, options = conditioning[0]
    assert options["pooled"] == "a ball. pan."
    assert context.shape == (1, 4, 48)
    assert options[UNCONDITIONAL][0][1]["pooled"] == ""


@pytest.mark.parametrize(
    ("prompt", "clip", "message"),
    [
        ("", FakeClip(), "Hibari Text Encode: the prompt is empty. Describe"),
        ("a" * 10_000, FakeClip(), "Hibari Text Encode: the prompt has 10000 characters"),
        ("a ball", None, "Hibari Text Encode: the checkpoint brought no text encoder"),
    ],
)
def test_unusable_prompts_are_refused(prompt, clip, message):
    with pytest.raises(ValueError, match=message):
        HibariTextEncode.execute(clip, prompt)


def test_empty_latent_tells_frames_and_rate():
    shown = HibariEmptyLatent.execute("custom", 64, 100, 1.0, 24.0, 2)
    latent, frames, fps = shown.args
    assert latent["samples"].unbind()[0].shape == (2, 128, 4, 3, 2)
    assert (frames, fps, latent["frame_rate"]) == (25, 24.0, 24.0)
    assert latent["frames"] == 25
    assert "height 100 became 96 px" in shown.ui.as_dict()["text"][0]


@pytest.mark.parametrize("batch", [0, -1, 65])
def test_impossible_batches_are_refused(batch):
    with pytest.raises(ValueError, match=f"Hibari Empty Latent: batch_size {batch} is not"):
        HibariEmptyLatent.execute("custom", 64, 64, 1.0, 24.0, batch)


@pytest.mark.parametrize("latent", [joint(2), {"samples": joint(2)["samples"].unbind()[0]}])
def test_video_is_decoded_to_frames_of_all_clips(latent):
    (images,) = HibariDecodeVideo.execute(latent, FakeVae()).args
    assert images.shape == (18, 32, 64, 3)


class FlatVae(FakeVae):
    def decode(self, video):
        return super().decode(video).flatten(0, 1)


class CountingVae(FakeVae):
    def decode(self, video):
        images = super().decode(video)
        numbers = torch.arange(images.shape[0] * images.shape[1])
        return images.copy_(numbers.view(*images.shape[:2], 1, 1, 1))


@pytest.mark.parametrize("vae", [FakeVae(), FlatVae()])
def test_each_clip_is_as_long_as_asked_with_its_sound(vae):
    latent, frames, fps = HibariEmptyLatent.execute("custom", 32, 32, 0.5, 24.0, 2).args
    assert (frames, latent["samples"].unbind()[0].shape[2]) == (12, 3)
    (images,) = HibariDecodeVideo.execute(latent, vae).args
    (audio,) = HibariDecodeAudio.execute(latent, FakeAudioVae()).args
    assert len(images) == 2 * 12
    assert audio["waveform"].shape[-1] / 24000 == frames / fps == 0.5


def test_the_surplus_is_cut_off_behind_each_clip():
    (images,) = HibariDecodeVideo.execute({**joint(2), "frames": 7}, CountingVae()).args
    assert images[:, 0, 0, 0].tolist() == [*range(7), *range(9, 16)]


@pytest.mark.parametrize("decoded_s", [0.1, 2.0])
def test_sound_is_decoded_to_the_length_of_the_video(decoded_s):
    (audio,) = HibariDecodeAudio.execute(joint(2), FakeAudioVae(decoded_s)).args
    assert audio["waveform"].shape == (2, 2, round(9 / 24 * 24000))
    assert audio["sample_rate"] == 24000


def test_given_frames_and_rate_decide_the_length():
    (audio,) = HibariDecodeAudio.execute(joint(), FakeAudioVae(), frames=10, fps=20.0).args
    assert audio["waveform"].shape[-1] == 12000


def test_codecs_in_each_others_place_are_named():
    with pytest.raises(ValueError, match="Hibari Decode Video: the VAE decodes sound"):
        HibariDecodeVideo.execute(joint(), FakeAudioVae())
    with pytest.raises(ValueError, match="Hibari Decode Audio: the VAE decodes pictures"):
        HibariDecodeAudio.execute(joint(), FakeVae())


def test_latents_without_a_stream_are_named():
    image_latent = {"samples": torch.zeros(1, 4, 8, 8)}
    with pytest.raises(ValueError, match=r"Hibari Decode Video: the latent of shape .* no video"):
        HibariDecodeVideo.execute(image_latent, FakeVae())
    with pytest.raises(ValueError, match=r"Hibari Decode Audio: the latent of shape .* no sound"):
        HibariDecodeAudio.execute({"samples": torch.zeros(1, 128, 2, 1, 1)}, FakeAudioVae())


def frames_and_sound(batch=1):
    images = torch.rand(6 * batch, 32, 32, 3)
    return images, {"waveform": torch.zeros(batch, 2, 6000), "sample_rate": 24000}


def test_a_video_is_saved_and_shown(output):
    images, audio = frames_and_sound()
    saved = HibariSaveVideo.execute(images, 24.0, "clips/ball", audio=audio)
    shown = saved.ui.as_dict()["images"]
    assert shown == [{"filename": "ball_00001_.mp4", "subfolder": "clips", "type": "output"}]
    (video,), (path,) = saved.args
    assert path == str(output / "clips" / "ball_00001_.mp4")
    assert video.get_frame_count() == 6
    assert read_video(path).audio is not None


def test_saving_again_takes_the_next_number(output):
    for _ in range(2):
        HibariSaveVideo.execute(frames_and_sound()[0], 24.0, "ball", format="webm")
    names = sorted(path.name for path in output.iterdir())
    assert names == ["ball_00001_.webm", "ball_00002_.webm"]


def test_each_clip_of_a_batch_gets_its_own_file(output):
    images, audio = frames_and_sound(batch=2)
    saved = HibariSaveVideo.execute(images, 24.0, "ball", audio=audio)
    assert [len(read_video(path).frames) for path in saved.args[1]] == [6, 6]
    assert len(list(output.iterdir())) == 2


@pytest.mark.parametrize("disabled", [False, True])
def test_the_graph_is_saved_unless_metadata_is_disabled(output, disabled):
    from hibari.host.embedded.node import locked_clone
    from hibari.host.embedded.progress import disable_metadata
    from hibari.host.embedded.schema import HiddenHolder

    hidden = HiddenHolder(prompt={"1": {"class_type": "X"}}, extra_pnginfo={"workflow": {"a": 1}})
    disable_metadata(disabled)
    try:
        block = locked_clone(HibariSaveVideo, hidden)
        (path,) = block.execute(frames_and_sound()[0], 24.0, "ball").args[1]
    finally:
        disable_metadata(False)
    tags = probe_video(path).tags
    if disabled:
        assert not {"prompt", "workflow"} & set(tags)
    else:
        assert json.loads(tags["prompt"]) == {"1": {"class_type": "X"}}
        assert json.loads(tags["workflow"]) == {"a": 1}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"fps": 0}, "fps 0 is not above 0"),
        ({"fps": -24.0}, "fps -24.0 is not above 0"),
        ({"format": "avi"}, "container 'avi' is unknown; use mp4, webm"),
        ({"quality": "best"}, "quality 'best' is unknown"),
        ({"filename_prefix": "../../etc/x"}, "leads out of the output folder"),
        ({"filename_prefix": "ball\0"}, r"'ball.x00' holds control characters"),
        ({"images": torch.zeros(0, 32, 32, 3)}, "are no frames"),
        ({"images": torch.full((2, 32, 32, 3), np.nan)}, "frame 0 contains values that are not"),
        (
            {"audio": {"waveform": torch.zeros(4, 2, 99), "sample_rate": 24000}},
            "6 frames cannot be shared out among 4 sounds",
        ),
    ],
)
def test_unusable_input_is_refused_and_nothing_is_left(output, changed, message):
    given = {"images": frames_and_sound()[0], "fps": 24.0, "filename_prefix": "ball"} | changed
    with pytest.raises(ValueError, match=f"Hibari Save Video: .*{message}"):
        HibariSaveVideo.execute(**given)
    assert list(output.rglob("*.*")) == []


def test_a_full_disk_names_the_block_and_the_way_out(output, monkeypatch):
    import errno

    import hibari.nodes.video_files as video_files
    from hibari.host.media import MediaWriteError

    def full(*args, **kwargs):
        raise MediaWriteError(errno.ENOSPC, "ball.mp4 could not be written: no space left")

    monkeypatch.setattr(video_files, "write_video", full)
    with pytest.raises(OSError, match=r"^Hibari Save Video: ball\.mp4 could not be") as caught:
        HibariSaveVideo.execute(frames_and_sound()[0], 24.0, "ball")
    assert caught.value.errno == errno.ENOSPC


def test_cancelling_removes_the_unfinished_file(output):
    from hibari.host import InterruptProcessingException
    from hibari.host.embedded.progress import interrupt

    interrupt()
    with pytest.raises(InterruptProcessingException):
        HibariSaveVideo.execute(frames_and_sound()[0], 24.0, "ball")
    assert list(output.iterdir()) == []


def test_a_missing_checkpoint_is_named():
    with pytest.raises(ValueError, match=r"Hibari Load Model: checkpoint 'gone\.safetensors'"):
        HibariLoadModel.execute("gone.safetensors")
