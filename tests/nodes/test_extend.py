"""More of a video: its frames stay, what is added follows them, picture and sound alike."""

from fractions import Fraction

import pytest
import torch
from hibari.host import InputImpl
from hibari.host.media import footage_of
from hibari.nodes.av_latent import audio_of, video_of
from hibari.nodes.extend import HibariExtend
from hibari.nodes.put_back import HibariPutBack

from .editing import finished, in_memory, moving_clip, saved

pytestmark = pytest.mark.usefixtures("without_gradients")


def extend(parts, video, **given):
    given = {"seconds": 0.5, "overlap": 0.35, "size": 64} | given
    latent, edit, fps = HibariExtend.execute(video, parts[2], parts[3], **given).args
    return latent, edit, fps


def test_forward_keeps_the_end_and_asks_for_the_rest(tiny):
    latent, edit, fps = extend(tiny, in_memory())
    video, audio = (mask.flatten(0, 1)[0] for mask in latent["noise_mask"].unbind())
    assert (edit.shared, edit.new, fps) == (9, 12, 24.0)
    assert video[:, 0, 0].tolist() == [0, 0, 1, 1]  # 9 frames kept, 16 made of which 12 count
    assert audio.flatten().tolist() == [0.0] * 9 + [1.0] * 17
    assert latent["frames"] == 21
    assert video_of(latent).shape == (1, 128, 4, 2, 2)
    assert audio_of(latent).shape[2] == 26


def test_backward_keeps_the_beginning(tiny):
    latent, edit, _ = extend(tiny, in_memory(), direction="backward")
    video, audio = (mask.flatten(0, 1)[0] for mask in latent["noise_mask"].unbind())
    assert (edit.shared, edit.new, edit.skipped) == (8, 12, 5)
    assert video[:, 0, 0].tolist() == [1, 1, 1, 0]
    assert audio.flatten().tolist() == [1.0] * 18 + [0.0] * 8


def test_what_is_kept_is_what_the_codec_makes_of_the_end(tiny):
    source = in_memory()
    latent, *_ = extend(tiny, source)
    end = source.get_components().images[-9:]
    assert torch.allclose(video_of(latent)[:, :, :2], tiny[2].encode(end), atol=1e-5)


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_all_frames_but_the_shared_ones_stay_as_they_were(tiny, direction):
    source = in_memory()
    latent, edit, _ = extend(tiny, source, direction=direction)
    video = finished(tiny, edit, latent)
    before = source.get_components().images
    after = video.get_components().images
    assert len(after) == 24 + 12 == video.get_frame_count()
    kept = slice(0, 24 - 9) if direction == "forward" else slice(8, 24)
    there = after[: 24 - 9] if direction == "forward" else after[12 + 8 :]
    assert torch.equal((there * 255).round(), (before[kept] * 255).round())
    sound = video.get_components().audio
    assert sound["waveform"].shape[-1] / sound["sample_rate"] == pytest.approx(1.5, abs=1e-3)


def test_the_shared_frames_go_over_from_one_to_the_other(tiny):
    source = in_memory()
    _, edit, _ = extend(tiny, source)
    made = torch.ones(21, 64, 64, 3)
    after = HibariPutBack.execute(edit, made).args[0].get_components().images
    before = source.get_components().images
    share = (after[15:24] - before[15:]) / (1 - before[15:])
    assert torch.allclose(share.mean(dim=(1, 2, 3)), torch.arange(1, 10) / 10, atol=0.01)
    assert after[-1].min() == 1


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_jump_of_the_model_is_spread_over_frames_as_the_clip_itself_moves(tiny, direction):
    source = in_memory()
    _, edit, _ = extend(tiny, source, direction=direction)
    made = torch.full((edit.skipped + edit.frames, 64, 64, 3), 0.5)
    images = source.get_components().images
    shared = images[-9:] if direction == "forward" else images[:8]
    at = slice(0, 9) if direction == "forward" else slice(17, 25)
    made[at] = shared
    after = HibariPutBack.execute(edit, made).args[0].get_components().images
    steps = (after[1:] - after[:-1]).abs().mean(dim=(1, 2, 3))
    own = (images[1:] - images[:-1]).abs().mean(dim=(1, 2, 3)).max()
    seam = 23 if direction == "forward" else 11
    assert (images[0] - 0.5).abs().mean() > 2 * own
    assert steps[seam] <= own
    assert after[-1 if direction == "forward" else 0].mean() == pytest.approx(0.5, abs=0.03)


def test_it_can_be_repeated_without_growing_files_in_memory(tiny):
    video = in_memory()
    for seed in range(3):
        latent, edit, _ = extend(tiny, video)
        video = finished(tiny, edit, latent, seed)
    assert video.get_frame_count() == 24 + 3 * 12
    assert edit.source.frames == 24 + 2 * 12
    tail = footage_of(video).between(59, 60)
    assert torch.equal(tail[0], video.get_components().images[-1])


def test_the_same_seed_gives_the_same_video_to_the_bit(tiny):
    latent, edit, _ = extend(tiny, in_memory())
    one, again, other = (finished(tiny, edit, latent, seed).get_components() for seed in (1, 1, 2))
    assert torch.equal(one.images, again.images)
    assert torch.equal(one.audio["waveform"], again.audio["waveform"])
    assert not torch.equal(one.images, other.images)


@pytest.mark.parametrize(
    ("frames", "fps", "size", "channels"),
    [(1, 24, (64, 64), 2), (7, 12, (50, 70), 0), (20, Fraction(30000, 1001), (65, 33), 6)],
)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_foreign_clips_keep_their_size_rate_and_length(
    tiny, tmp_path, frames, fps, size, channels, direction
):
    images, audio = moving_clip(frames, size, fps, channels)
    source = saved(tmp_path / "clip.webm", images, audio, fps)
    latent, edit, told = extend(tiny, source, direction=direction)
    video = finished(tiny, edit, latent)
    parts = video.get_components()
    assert told == pytest.approx(float(fps), abs=1e-4)
    assert parts.frame_rate == footage_of(source).fps
    assert parts.images.shape == (frames + round(0.5 * fps), *footage_of(source).size, 3)
    seconds = parts.audio["waveform"].shape[-1] / parts.audio["sample_rate"]
    assert seconds == pytest.approx(len(parts.images) / float(fps), abs=1e-3)


def test_saving_gives_a_labelled_file(tiny, tmp_path):
    from hibari.trust.credentials.verify import read_credentials

    latent, edit, _ = extend(tiny, in_memory())
    video = finished(tiny, edit, latent)
    video.save_to(tmp_path / "film.mp4")
    again = footage_of(InputImpl.VideoFromFile(str(tmp_path / "film.mp4")))
    assert (again.frames, again.fps) == (36, 24)
    assert read_credentials(tmp_path / "film.mp4").state == "trusted"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seconds": 0.0}, "seconds 0 is not 0.1 or more"),
        ({"seconds": float("nan")}, "seconds nan is not"),
        ({"seconds": 1000.0}, "more than the 4001"),
        ({"overlap": -1.0}, "overlap -1 is below 0"),
        ({"direction": "sideways"}, "'sideways' is unknown. Use forward or backward"),
        ({"size": 7}, "size 7 px is not in 32..4096"),
    ],
)
def test_impossible_wishes_are_refused_in_a_sentence(tiny, given, message):
    with pytest.raises(ValueError, match=f"Hibari Extend: .*{message}"):
        extend(tiny, in_memory(), **given)


def test_frames_of_something_else_are_refused(tiny):
    _, edit, _ = extend(tiny, in_memory())
    with pytest.raises(ValueError, match="are not the 21 frames of 64x64 px"):
        HibariPutBack.execute(edit, torch.rand(3, 64, 64, 3))
