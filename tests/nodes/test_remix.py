"""A video made over: how much of it, where in it, and whether its maker allows it."""

import pytest
import torch
from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.host import InputImpl, input_directory, output_directory
from hibari.host.media import VideoSettings
from hibari.nodes.av_latent import audio_of, video_of
from hibari.nodes.label import Label
from hibari.nodes.remix import HibariRemix
from hibari.nodes.signed_video import SignedVideo
from hibari.nodes.video_files import write_labelled
from hibari.trust.credentials.contribution import Contribution
from hibari.trust.credentials.verify import read_credentials

from .editing import finished, in_memory, moving_clip, saved
from .tiny_models import TINY

pytestmark = pytest.mark.usefixtures("without_gradients")


def remix(parts, video, **given):
    given = {"seconds": 0.0, "size": 64} | given
    return HibariRemix.execute(video, parts[2], parts[3], **given).args


def test_without_a_mask_all_of_it_is_the_start_of_the_sampler(tiny):
    source = in_memory(17)
    latent, edit, fps, denoise = remix(tiny, source, strength=0.4)
    encoded = tiny[2].encode(source.get_components().images)
    assert torch.allclose(video_of(latent), encoded, atol=1e-5)
    assert all(bool((mask == 1).all()) for mask in latent["noise_mask"].unbind())
    assert (edit.frames, fps, denoise, latent["denoise"]) == (17, 24.0, 0.4, 0.4)


def test_less_strength_stays_closer_to_the_source(tiny):
    def change(strength):
        latent, edit, *_ = remix(tiny, in_memory(17), strength=strength)
        after = finished(tiny, edit, latent, steps=4).get_components().images
        alone = tiny[2].decode(video_of(latent))[0]
        return float((after - alone).square().mean())

    assert change(0.05) < change(0.5) < change(1.0)


@pytest.mark.parametrize("masks", [1, 17, 5])
def test_outside_of_the_mask_nothing_changes(tiny, masks):
    source = in_memory(17, size=(70, 90))
    mask = torch.zeros(masks, 35, 45)
    mask[:, 8:20, 10:25] = 1
    latent, edit, *_ = remix(tiny, source, mask=mask, strength=1.0)
    before = source.get_components().images
    after = finished(tiny, edit, latent).get_components().images
    difference = (after - before).abs().amax(dim=-1)
    outside = edit.mask.expand(17, -1, -1) == 0
    assert outside.float().mean() > 0.7
    assert difference[outside].max() <= 1 / 255
    assert difference[~outside].max() > 8 / 255


def test_a_mask_that_moves_is_followed_in_time(tiny):
    mask = torch.zeros(17, 64, 64)
    mask[9:, :32, :32] = 1
    latent, *_ = remix(tiny, in_memory(17), mask=mask)
    video = latent["noise_mask"].unbind()[0][0, 0]
    assert video[:2].sum() == 0
    assert video[2].tolist() == [[1, 0], [0, 0]]


def test_the_sound_can_stay(tiny):
    source = in_memory(17)
    latent, edit, *_ = remix(tiny, source, keep_sound=True)
    assert latent["noise_mask"].unbind()[1].max() == 0
    sound = finished(tiny, edit, latent).get_components().audio["waveform"]
    assert torch.equal(sound, source.get_components().audio["waveform"])
    assert audio_of(latent).abs().max() > 0


def test_the_same_seed_gives_the_same_remix_to_the_bit(tiny):
    mask = torch.zeros(64, 64)
    mask[:32] = 1

    def made(seed):
        latent, edit, *_ = remix(tiny, in_memory(17), mask=mask, strength=0.7)
        return finished(tiny, edit, latent, seed).get_components()

    one, again, other = (made(seed) for seed in (1, 1, 2))
    assert torch.equal(one.images, again.images)
    assert torch.equal(one.audio["waveform"], again.audio["waveform"])
    assert not torch.equal(one.images, other.images)


def test_only_the_wanted_part_is_made_over(tiny):
    _, edit, *_ = remix(tiny, in_memory(), seconds=0.5)
    assert edit.frames == 12


def signed(path, forbid=False, cameo=None, monkeypatch=None, remix_rule="not-allowed"):
    from hibari.trust.home import home_folder

    settings = home_folder() / "credentials.toml"
    if forbid:
        settings.write_text(f'creator = "Jane Doe"\n[manifest]\nremix = "{remix_rule}"\n')
    story = [Contribution("model", {"name": "tiny"})]
    if cameo is not None:
        story.append(Contribution("cameo", {"cameo": "x", "statement": cameo}))
    images, audio = moving_clip(17)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        label = Label(images, 24, audio, story)
        write_labelled(path, label, VideoSettings(24, "mp4"), {})
    finally:
        settings.unlink(missing_ok=True)
    return SignedVideo(str(path))


def test_credentials_that_forbid_a_remix_stop_it_with_the_reason(tiny, tmp_path):
    video = signed(tmp_path / "mine.mp4", forbid=True)
    with pytest.raises(ValueError, match=r"mine.mp4 may not be remixed: .*by Jane Doe, forbid it"):
        remix(tiny, video)


def test_a_cameo_that_may_not_be_remixed_stops_it(tiny, tmp_path):
    video = signed(tmp_path / "cameo.mp4", cameo={"name": "Ball", "remix": False})
    with pytest.raises(ValueError, match="the cameo Ball in it was granted without remixes"):
        remix(tiny, video)


def test_a_copy_says_what_the_film_in_it_says(tiny, tmp_path):
    video = signed(tmp_path / "cameo.mp4", cameo={"name": "Ball", "remix": False})
    video.save_to(tmp_path / "copy.mp4")  # signed again: the cameo is in what it was made of
    copy = InputImpl.VideoFromFile(str(tmp_path / "copy.mp4"))
    assert not read_credentials(tmp_path / "copy.mp4").generation["cameos"]
    with pytest.raises(ValueError, match=r"copy.mp4 .*the cameo Ball in it was granted without"):
        remix(tiny, copy)


def test_a_changed_file_says_nothing_of_what_is_allowed(tiny, tmp_path):
    video = signed(tmp_path / "changed.mp4")
    data = bytearray((tmp_path / "changed.mp4").read_bytes())
    at = data.rindex(b"mdat") + 600
    data[at] ^= 0xFF
    (tmp_path / "changed.mp4").write_bytes(data)
    with pytest.raises(ValueError, match="changed after it was signed"):
        remix(tiny, video)


def test_stripped_credentials_are_found_again_by_the_mark(tiny, tmp_path, monkeypatch):
    from types import SimpleNamespace

    from hibari.nodes import inspection
    from hibari.nodes.publication import open_registry
    from hibari.trust.credentials.manifest import file_hash
    from hibari.trust.credentials.settings import load_settings

    signed(tmp_path / "whole.mp4", forbid=True)
    stripped = tmp_path / "stripped.mp4"
    parts = InputImpl.VideoFromFile(str(tmp_path / "whole.mp4")).get_components()
    saved(stripped, parts.images, parts.audio)
    assert read_credentials(stripped).state == "none"
    record = open_registry(load_settings()).by_file(file_hash(tmp_path / "whole.mp4"))
    found = SimpleNamespace(verdict="recovered", match=SimpleNamespace(record=record))
    monkeypatch.setattr(inspection, "inspect", lambda _path: found)
    with pytest.raises(ValueError, match="forbid it"):
        remix(tiny, InputImpl.VideoFromFile(str(stripped)))


def test_credit_is_asked_for_in_words(tiny, tmp_path):
    from hibari.nodes.remix_permission import take_in

    video = signed(tmp_path / "credit.mp4", forbid=True, remix_rule="with-credit")
    assert take_in(video, None, None).startswith("credit Jane Doe")


def remix_graph(video):
    """A remix of what ``video`` names, sampled, put back and saved."""
    return {
        "load": node("HibariLoadModel", checkpoint=TINY),
        "source": node("LoadVideo", file="source.mp4"),
        "parts": node("GetVideoComponents", video=["source", 0]),
        "again": node("CreateVideo", images=["parts", 0], audio=["parts", 1], fps=["parts", 2]),
        "remix": node(
            "HibariRemix",
            video=[video, 0],
            vae=["load", 2],
            audio_vae=["load", 3],
            strength=0.5,
            seconds=0.0,
            size=64,
        ),
        "prompt": node("HibariTextEncode", clip=["load", 1], prompt="a blue box"),
        "sample": node(
            "HibariSample",
            model=["load", 0],
            positive=["prompt", 0],
            latent=["remix", 0],
            steps=2,
            guidance=1.0,
            seed=1,
            sampler="euler",
            schedule="ltx2",
        ),
        "frames": node("HibariDecodeVideo", latent=["sample", 0], vae=["load", 2]),
        "sound": node("HibariDecodeAudio", latent=["sample", 0], audio_vae=["load", 3]),
        "back": node("HibariPutBack", edit=["remix", 1], images=["frames", 0], audio=["sound", 0]),
        "save": node(
            "SaveVideo", video=["back", 0], filename_prefix=video, format="auto", codec="auto"
        ),
    }


@pytest.mark.parametrize("video", ["source", "again"])
def test_a_graph_remixes_a_file_and_names_it_as_its_parent(tiny, video):
    signed(input_directory() / "source.mp4")
    result = Engine(load_blocks()).run(remix_graph(video))
    assert result.success, result
    (file,) = output_directory().glob(f"{video}*")
    said = read_credentials(file)
    assert said.state == "trusted"
    (film,) = said.lineage.ingredients
    assert [(part.title, part.relationship) for part in film.ingredients] == [
        ("source.mp4", "parentOf")
    ]


def test_a_file_that_forbids_it_stops_a_remix_of_its_frames_too(tiny):
    signed(input_directory() / "source.mp4", forbid=True)
    result = Engine(load_blocks()).run(remix_graph("again"))
    assert "source.mp4 may not be remixed" in result.failure.exception_message


def node(kind, **inputs):
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"strength": 0.0}, "strength 0 is not in 0.05..1"),
        ({"strength": 2.0}, "strength 2 is not in"),
        ({"mask": torch.zeros(1, 64, 64)}, "0 everywhere"),
        ({"mask": torch.zeros(1, 1, 64, 64)}, "is no mask"),
        ({"seconds": -1.0}, "seconds -1 is not 0.1 or more"),
    ],
)
def test_impossible_wishes_are_refused_in_a_sentence(tiny, given, message):
    with pytest.raises(ValueError, match=f"Hibari Remix: .*{message}"):
        remix(tiny, in_memory(17), **given)
