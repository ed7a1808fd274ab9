"""VIDEO without ComfyUI: cut, saved, copied without loss, refused in a sentence."""

from __future__ import annotations

import json
from fractions import Fraction
from io import BytesIO

import av
import pytest
import torch
from hibari.host import InputImpl, Types, io, ui
from hibari.host.embedded.folders import result_path, set_folders
from hibari.host.embedded.progress import disable_metadata
from hibari.host.media import MediaError

FPS = 10


@pytest.fixture
def clip():
    """Ten frames that grow brighter, and a second of sound."""
    grey = torch.linspace(0, 1, 10).view(-1, 1, 1, 1).expand(-1, 32, 48, 3)
    audio = {"waveform": torch.zeros(1, 2, 24000), "sample_rate": 24000}
    return InputImpl.VideoFromComponents(
        Types.VideoComponents(images=grey, frame_rate=Fraction(FPS), audio=audio)
    )


@pytest.fixture
def file(clip, tmp_path):
    path = tmp_path / "clip.mp4"
    clip.save_to(path, metadata={"prompt": {"1": {}}, "note": "text"})
    return path


def packets(path):
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def tags(path):
    with av.open(str(path)) as container:
        return dict(container.metadata)


def test_a_saved_clip_reads_back_as_it_was(clip, file):
    video = InputImpl.VideoFromFile(str(file))
    assert video.get_dimensions() == (48, 32)
    assert video.get_frame_rate() == FPS
    assert video.get_frame_count() == 10
    assert video.get_duration() == pytest.approx(1)
    components = video.get_components()
    assert components.images.shape == (10, 32, 48, 3)
    torch.testing.assert_close(components.images, clip.get_components().images, atol=0.04, rtol=0)
    assert abs(components.audio["waveform"].shape[-1] - 24000) < 24000 / FPS
    assert json.loads(tags(file)["prompt"]) == {"1": {}}
    assert tags(file)["note"] == "text"


def test_saving_a_loaded_file_copies_its_streams_and_keeps_its_tags(file, tmp_path):
    copy = tmp_path / "copy.mp4"
    InputImpl.VideoFromFile(file).save_to(copy, metadata={"workflow": {"nodes": []}})
    assert packets(copy) == packets(file)
    assert tags(copy)["note"] == "text"
    assert json.loads(tags(copy)["workflow"]) == {"nodes": []}


def test_another_container_or_a_cut_is_encoded_anew(file, tmp_path):
    webm = tmp_path / "clip.webm"
    InputImpl.VideoFromFile(file).as_trimmed(0.5, 0.3).save_to(webm)
    saved = InputImpl.VideoFromFile(webm)
    assert saved.get_container_format() == "matroska,webm"
    assert saved.get_components().images.shape[0] == 3


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_cuts_keep_picture_and_sound_in_step(clip, file, kind):
    video = clip if kind == "memory" else InputImpl.VideoFromFile(file)
    cut = video.as_trimmed(0.4, 0.2).get_components()
    assert cut.images.shape[0] == 2
    assert cut.images.mean() == pytest.approx(0.5, abs=0.05)
    assert cut.audio["waveform"].shape[-1] == 4800
    last = video.as_trimmed(-0.3).get_components()
    assert last.images.shape[0] == 3
    assert video.as_trimmed(0.9, 0.5, strict_duration=True) is None
    assert video.as_trimmed(5) is None


def test_a_clip_in_memory_becomes_a_stream(clip):
    source = clip.get_stream_source()
    assert isinstance(source, BytesIO)
    assert InputImpl.VideoFromFile(source).get_frame_count() == 10


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"format": "mkv"}, "container mkv is not written"),
        ({"codec": "av1"}, "codec av1 in mp4 is not written"),
        ({"crf": 20}, "crf cannot be set"),
        ({"bit_depth": 10}, "bit_depth cannot be set"),
        ({"color_space": "HDR"}, "color_space cannot be set"),
    ],
)
def test_what_only_comfyui_writes_is_refused(clip, tmp_path, options, words):
    with pytest.raises(ValueError, match=f"{words}.* without ComfyUI"):
        clip.save_to(tmp_path / "x.mp4", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_video_is_refused(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"text")
    with pytest.raises(MediaError, match=r"x.mp4 cannot be read as video"):
        InputImpl.VideoFromFile(tmp_path / "x.mp4").get_dimensions()


class Shown(io.ComfyNode):
    hidden = io.HiddenHolder(prompt={"1": {}}, extra_pnginfo={"workflow": {"nodes": []}})


@pytest.fixture
def temp(tmp_path):
    set_folders(temp=tmp_path)
    yield tmp_path
    set_folders(temp=None)


def test_previews_are_written_to_the_temp_folder_with_the_graph(temp):
    images = ui.PreviewImage(torch.rand(2, 8, 8, 3), cls=Shown).as_dict()
    sound = {"waveform": torch.zeros(1, 2, 4800), "sample_rate": 24000}
    audio = ui.PreviewAudio(sound, cls=Shown).as_dict()
    masks = ui.PreviewMask(torch.rand(1, 8, 8)).as_dict()
    shown = [*images["images"], *audio["audio"], *masks["images"]]
    assert [item["type"] for item in shown] == ["temp"] * 4
    assert all(result_path(item).parent == temp for item in shown)
    from PIL import Image

    text = Image.open(result_path(shown[0])).text
    assert json.loads(text["workflow"]) == {"nodes": []}


def test_metadata_can_be_switched_off(temp):
    disable_metadata(True)
    try:
        (item,) = ui.PreviewImage(torch.rand(1, 8, 8, 3), cls=Shown).values
    finally:
        disable_metadata(False)
    from PIL import Image

    assert Image.open(result_path(item)).text == {}


def test_results_are_plain_json():
    shown = ui.PreviewVideo([ui.SavedResult("a.mp4", "sub", io.FolderType.output)]).as_dict()
    assert json.loads(json.dumps(shown)) == {
        "images": [{"filename": "a.mp4", "subfolder": "sub", "type": "output"}],
        "animated": [True],
    }
    assert ui.PreviewText("x").as_dict() == {"text": ("x",)}
