"""Laws of the whole playground's clips: same seed same clip, true contacts, sound, mouths."""

import json
import logging
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hibari.training.world import ClipSpec, make_clip
from hibari.training.world.scenes.layout import KINDS, MATERIALS, PLACES
from hibari.training.world.sound.mix import synthesize
from hibari.training.world.voice.lexicon import spoken
from hibari.training.world.whole import set_up
from scipy import signal

SMALL = ClipSpec(frames=49, height=64, width=64, playground="whole")


@pytest.fixture(scope="module")
def clips():
    return [make_clip(3, index, SMALL) for index in range(44)]


def test_a_seed_and_index_always_give_the_same_clip_and_others_another(clips):
    again = make_clip(3, 8, SMALL)
    assert np.array_equal(clips[8].frames, again.frames)
    assert np.array_equal(clips[8].waveform, again.waveform)
    assert clips[8].caption == again.caption
    assert clips[8].truth.to_dict() == again.truth.to_dict()
    assert not np.array_equal(make_clip(4, 8, SMALL).frames, again.frames)
    assert not np.array_equal(make_clip(3, 8, SMALL, "validation").frames, again.frames)


@pytest.mark.parametrize(
    ("frames", "height", "width", "fps", "samples"),
    [(25, 64, 112, 24, 25_000), (9, 96, 96, 25, 8_640), (1, 64, 64, 24, 1_000)],
)
def test_any_size_and_length_can_be_made(frames, height, width, fps, samples):
    for index in range(6):
        clip = make_clip(0, index, ClipSpec(frames, height, width, fps, "whole"))
        assert clip.frames.shape == (frames, height, width, 3)
        assert clip.waveform.shape == (2, samples)
        assert clip.waveform.dtype == np.float32
        assert clip.truth.trajectories.shape == (frames, clip.truth.count, 3)
        assert clip.truth.mouths.shape == (frames, len(clip.truth.cast), 2)


def test_upright_clips_show_what_has_room_in_them():
    upright = ClipSpec(frames=25, height=112, width=64, playground="whole")
    stages = [set_up(3, index, upright, "train").stage for index in range(24)]
    assert not {stage.kind for stage in stages} & {"pendulum", "cradle", "seesaw"}
    assert len({stage.kind for stage in stages}) >= 5
    assert {len(stage.cast) for stage in stages if stage.kind == "talk"} == {1}
    clip = make_clip(3, 0, upright)
    assert clip.frames.shape == (25, 112, 64, 3)


def test_every_kind_place_style_and_camera_occurs(clips):
    truths = [clip.truth for clip in clips]
    assert {truth.kind for truth in truths} == set(KINDS)
    assert {truth.place for truth in truths} == set(PLACES)
    assert {truth.style for truth in truths} == {"bright", "pastel", "sketch", "night"}
    assert len({truth.camera for truth in truths}) >= 6
    materials = {thing.material for truth in truths for thing in truth.objects}
    assert materials == set(MATERIALS)


def test_pictures_are_alive_and_sound_is_never_silent_nor_clipped(clips):
    for clip in clips:
        assert clip.frames.std() > 5
        assert 1e-4 < np.abs(clip.waveform).max() < 0.96
        if clip.truth.trajectories.size:
            moved = np.ptp(clip.truth.trajectories[..., :2], axis=0).max()
            assert moved > 3, clip.caption
            assert (clip.frames[0] != clip.frames[-1]).any()


@pytest.fixture(scope="module")
def dry():
    """Scenes with nothing but their contacts to hear: (stage, sound)."""
    made = []
    for index in range(60):
        play = set_up(9, index, SMALL, "train")
        if play.stage.kind not in ("talk", "roll", "ramp", "domino", "billiards"):
            stage = replace(play.stage, ambience="quiet", tune=None)
            made.append((stage, synthesize(stage, (), SMALL, np.random.default_rng(0))))
    return made


def test_the_first_contact_starts_within_5_ms_in_the_sound(dry):
    checked = 0
    for stage, sound in dry:
        hits = stage.motion.hits
        # A ball that rolls, or that falls through a net, is heard before it hits anything.
        earlier = stage.kind == "hoop" or stage.layout.facts.get("way") == "rolls"
        if earlier or not hits or hits[0].dv < 60:
            continue
        checked += 1
        loud = np.flatnonzero(np.abs(sound).max(0) > 0.012)
        assert abs(loud[0] / 24_000 - hits[0].time_s) < 0.005, stage.kind
    assert checked >= 10


def test_stereo_follows_the_place_of_the_contact(dry):
    checked = 0
    for stage, sound in dry:
        if stage.kind == "seesaw" or not stage.motion.hits or stage.motion.hits[0].dv < 60:
            continue
        hit = stage.motion.hits[0]
        if not 100 < hit.x < 156:
            checked += 1
            onset = round(hit.time_s * 24_000)
            left, right = (sound[:, onset : onset + 200] ** 2).sum(1)
            assert (hit.x > 128) == (right > left)
    assert checked >= 6


def test_contacts_are_where_the_things_are(clips):
    for clip in clips:
        truth = clip.truth
        assert [c.time_s for c in truth.contacts] == sorted(c.time_s for c in truth.contacts)
        for contact in truth.contacts:
            assert contact.impulse > 0
            assert contact.impulse_dv >= 14
            frame = min(48, math.ceil(contact.time_s * 24))
            x, y, _ = truth.things and _world(truth, frame, contact.object)
            reach = 1.6 * max(
                truth.things[contact.object].half_width, truth.things[contact.object].half_height
            )
            assert math.hypot(contact.x_px * 4 - x, contact.y_px * 4 - y) < reach + 22


def _world(truth, frame, index):
    """Undoes the camera: pixels of a 64-pixel picture back to world units."""
    x, y, angle = truth.trajectories[frame, index]
    centre_x, centre_y, zoom = truth.view[frame]
    return (x * 4 - 128) / zoom + centre_x, (y * 4 - 128) / zoom + centre_y, angle


def test_mouths_follow_the_speech_and_stay_shut_without_it(clips):
    correlations = []
    for clip in clips:
        truth = clip.truth
        if truth.kind != "talk":
            continue
        assert truth.mouths[..., 0].max() > 0.6
        envelope = np.sqrt((clip.waveform.mean(0)[: 49 * 1000].reshape(49, 1000) ** 2).mean(1))
        if truth.tune is None:
            correlations.append(np.corrcoef(truth.mouths[..., 0].max(1), envelope)[0, 1])
        for speaker in range(len(truth.cast)):
            lines = [line for line in truth.dialogue if line.speaker == speaker]
            for frame in range(49):
                if all(not line.start_s - 0.1 < frame / 24 < line.end_s + 0.1 for line in lines):
                    assert truth.mouths[frame, speaker, 0] == 0
    assert len(correlations) >= 4
    assert np.mean(correlations) > 0.75


def test_what_is_said_is_quoted_and_fits_into_the_clip(clips):
    for clip in clips:
        truth = clip.truth
        for line in truth.dialogue:
            assert line.text.rstrip(".") in clip.caption
            assert 0 <= line.start_s < line.end_s <= 49 / 24 + 1e-6
            assert line.language == truth.language


def test_nothing_gains_energy_from_nowhere(clips):
    """Free things only: what hangs, is hinged, or lies on a table obeys other sums."""
    for clip in clips:
        truth = clip.truth
        if truth.kind not in ("drop", "throw", "tower") or truth.camera != "still":
            continue
        path = truth.trajectories[..., 1] * 4
        speed = np.diff(truth.trajectories[..., :2] * 4, axis=0) * 24
        middle = (path[1:] + path[:-1]) / 2
        masses = np.array([thing.mass for thing in truth.things])
        energy = (masses * ((speed**2).sum(-1) / 2 + 520 * (212 - middle))).sum(1)
        assert energy.max() < 1.12 * energy[0] + 1


def test_the_truth_is_plain_json_and_names_the_roles(clips):
    for clip in clips[:20]:
        told = json.loads(json.dumps(clip.truth.to_dict()))
        assert len(told["roles"]) == clip.truth.count + len(clip.truth.cast)
        assert told["outcome"]["result"] == clip.truth.outcome["result"]
        if clip.truth.cast:
            assert np.allclose(told["mouths"], clip.truth.mouths, atol=1e-3)


def test_every_role_has_a_reference_view_and_every_speaker_a_voice(clips):
    talk = next(clip.truth for clip in clips if len(clip.truth.cast) == 2)
    views, voices = talk.reference_views(64), talk.reference_voices()
    assert set(views) == set(talk.roles)
    assert set(voices) == set(talk.roles)
    first, second = (views[role].astype(int) for role in talk.roles)
    assert np.abs(first - second).mean() > 4
    event = next(clip.truth for clip in clips if clip.truth.kind == "tower")
    assert set(event.reference_views(32)) == set(event.roles)
    assert event.reference_voices() == {}


def test_the_picture_shows_the_colour_where_the_truth_says_whatever_the_camera_does():
    spec = ClipSpec(1, 128, 128, playground="whole")
    cameras = set()
    for index in range(110):
        stage = set_up(12, index, spec, "train").stage
        plain = stage.setting.style == "bright" and stage.setting.weather in ("clear", "windy")
        if stage.kind not in ("drop", "throw") or len(stage.layout.things) > 1 or not plain:
            continue
        clip = make_clip(12, index, spec)
        thing, (x, y, _) = clip.truth.objects[0], clip.truth.trajectories[0, 0]
        half = max(2, round(thing.radius_px * 0.6))
        rows, columns = (slice(max(0, round(v) - half), round(v) + half) for v in (y, x))
        seen = np.median(clip.frames[0, rows, columns].reshape(-1, 3), 0)
        assert np.linalg.norm(_hue(seen) - _hue(np.array(thing.rgb))) < 1.2, thing.colour
        cameras.add(stage.camera.kind)
    assert len(cameras) >= 2


def _hue(rgb):
    return (rgb - rgb.mean()) / (rgb.std() + 20)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: make_clip(-1, 0, SMALL), "seed -1.*not be negative"),
        (lambda: ClipSpec(9, 96, 40, playground="whole"), "40x96.*between 0.5 and 4"),
        (lambda: spoken("hello qwertz", "en"), 'en lexicon lacks "qwertz" of "hello qwertz"'),
        (lambda: make_clip(0, 0, SMALL, "test"), 'split is "test".*"validation"'),
    ],
)
def test_bad_input_is_told_in_one_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.slow
def test_throughput_is_told_and_enough_for_a_hundred_clips_a_second_on_16_cores(caplog):
    spec = ClipSpec(playground="whole")
    for index in range(3):
        make_clip(0, index, spec)
    began = time.process_time()
    for index in range(3, 9):
        make_clip(0, index, spec)
    taken_ms = 1000 * (time.process_time() - began) / 6
    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("%.0f ms of one core per 256x256x49 clip", taken_ms)
    # 160 ms is the aim on a free core; a loaded machine may be several times slower.
    assert taken_ms < 800


def test_speech_has_the_pitch_of_its_voice():
    from hibari.training.world.scenes.cast import Voice
    from hibari.training.world.voice.synth import say

    for pitch in (100.0, 220.0):
        voice = Voice("low", pitch, 1.0, 0.02, 1.0, 0.0)
        sound = say("I am here", "en", voice, np.random.default_rng(0)).waveform
        middle = sound[len(sound) // 3 : len(sound) // 3 + 4096].astype(float)
        auto = signal.correlate(middle, middle, "full")[4095:]
        low, high = int(24_000 / 400), int(24_000 / 70)
        found = 24_000 / (low + int(np.argmax(auto[low:high])))
        assert abs(found - pitch) < 0.05 * pitch
