"""Laws of the playground clips: same seed same clip, true sound and physics, nothing lost."""

import json
import logging
import math
import subprocess
import sys
import time

import numpy as np
import pytest
from hibari.training.world import HELD_OUT, ClipSpec, make_clip
from hibari.training.world.drops.caption import write_caption
from hibari.training.world.drops.physics import GRAVITY, simulate
from hibari.training.world.drops.render import render
from hibari.training.world.drops.scene import (
    BOX_HALF_SIDE,
    COLOURS,
    FLOOR_Y,
    MATERIALS,
    PLACES,
    SHAPES,
    Body,
    Scene,
    draw_scene,
    stream,
)
from hibari.training.world.drops.sound import synthesize

SMALL = ClipSpec(frames=33, height=64, width=64)


def layouts(count, split="train"):
    return [draw_scene(stream(3, i, split, "layout"), 256.0, split) for i in range(count)]


def test_a_seed_and_index_always_give_the_same_clip_and_others_another():
    first, again = make_clip(5, 8, SMALL), make_clip(5, 8, SMALL)
    assert np.array_equal(first.frames, again.frames)
    assert np.array_equal(first.waveform, again.waveform)
    assert first.caption == again.caption
    assert first.truth.to_dict() == again.truth.to_dict()
    others = [make_clip(5, 9, SMALL), make_clip(6, 8, SMALL), make_clip(5, 8, SMALL, "validation")]
    assert all(not np.array_equal(first.frames, other.frames) for other in others)


def test_one_more_draw_in_a_stream_moves_no_other_stream(monkeypatch):
    before = make_clip(5, 8, SMALL)

    def restless(scene, bounces, landed, rng, *others):
        rng.random(7)
        return write_caption(scene, bounces, landed, rng, *others)

    monkeypatch.setattr("hibari.training.world.drops.make.write_caption", restless)
    after = make_clip(5, 8, SMALL)
    assert after.caption != before.caption
    assert np.array_equal(after.frames, before.frames)
    assert np.array_equal(after.waveform, before.waveform)


@pytest.mark.parametrize("playground", ["drops", "whole"])
def test_paraphrases_tell_a_clip_in_other_words(playground):
    spec = ClipSpec(9, 64, 64, playground=playground)
    made = [make_clip(5, index, spec) for index in range(6)]
    told = [{clip.caption, *clip.paraphrases} for clip in made]
    assert sum(len(texts) for texts in told) >= 0.9 * 4 * len(made)
    assert not any(told[i] & told[j] for i in range(6) for j in range(i))


@pytest.mark.parametrize(
    ("frames", "height", "width", "fps", "samples"),
    [(49, 64, 64, 24, 49_000), (25, 64, 112, 24, 25_000), (17, 96, 72, 25, 16_320)],
)
def test_frames_and_samples_have_the_asked_size_and_last_equally_long(
    frames, height, width, fps, samples
):
    clip = make_clip(0, 1, ClipSpec(frames, height, width, fps))
    assert clip.frames.shape == (frames, height, width, 3)
    assert clip.frames.dtype == np.uint8
    assert clip.waveform.shape == (2, samples)
    assert clip.waveform.dtype == np.float32
    assert clip.truth.trajectories.shape == (frames, clip.truth.count, 3)


def test_the_first_loud_sample_is_within_5_ms_of_the_first_contact():
    heard = 0
    for index in range(25):
        clip = make_clip(1, index, SMALL)
        loud = np.flatnonzero(np.abs(clip.waveform).max(0) > 0.015)
        if clip.truth.first_impact_s is None:
            assert len(loud) == 0
            continue
        heard += 1
        assert abs(loud[0] / 24_000 - clip.truth.first_impact_s) < 0.005
    assert heard > 20


def test_every_strong_later_contact_is_an_onset_of_the_dry_sound():
    """Short-time energy must jump at each hit that is not drowned by the one before."""
    checked = 0
    for scene in layouts(40):
        if scene.bodies[0].material not in ("rubber", "wood", "stone"):
            continue
        motion = simulate(scene, 49, 24)
        sound = synthesize(scene, motion, ClipSpec(height=64, width=64), np.random.default_rng(0))
        energy = (sound**2).sum(0)
        for before, hit in zip(motion.hits, motion.hits[1:], strict=False):
            if hit.dv < 0.4 * motion.hits[0].dv or hit.time_s - before.time_s < 0.3:
                continue
            at = round(hit.time_s * 24_000)
            checked += 1
            assert energy[at : at + 120].mean() > 4 * energy[at - 120 : at].mean()
    assert checked >= 8


def test_energy_never_grows():
    for scene in layouts(40):
        motion = simulate(scene, 49, 24)
        inertia = np.array(
            [
                b.radius**2 / 2 if b.shape == "ball" else (2 * BOX_HALF_SIDE * b.radius) ** 2 / 6
                for b in scene.bodies
            ]
        )
        velocity = motion.speeds[..., :2] - [0, GRAVITY / 480]
        kinetic = (velocity**2).sum(-1) / 2 + inertia * motion.speeds[..., 2] ** 2 / 2
        energy = (kinetic + GRAVITY * (FLOOR_Y - motion.paths[..., 1])).sum(1)
        # The solver pushes overlapping corners apart, which may lift a body by a hair.
        assert np.diff(energy).max() < 0.003 * energy[0]


def test_a_free_fall_follows_the_parabola():
    body = Body("ball", "red", "rubber", "small", 24.0, "middle", 128.0, 40.0, 0.0, 10.0, 0.0)
    motion = simulate(Scene("room", "high", 256.0, (body,)), 24, 24)
    t = np.arange(24) / 24
    before = t < motion.hits[0].time_s
    assert before.sum() > 12
    assert np.allclose(motion.paths[before, 0, 1], (40 + GRAVITY * t**2 / 2)[before], atol=0.01)
    assert np.allclose(motion.paths[before, 0, 0], (128 + 10 * t)[before], atol=0.01)


def test_contacts_come_in_order_after_the_start_and_when_the_object_is_low():
    for scene in layouts(40):
        motion = simulate(scene, 49, 24)
        times = [hit.time_s for hit in motion.hits]
        assert times == sorted(times)
        assert 0.25 < times[0] < 1.0
        first = next(hit for hit in motion.hits if hit.other == "floor")
        frame = math.ceil(first.time_s * 24)
        _, y, angle = motion.paths[frame, first.body]
        assert FLOOR_Y - y - scene.bodies[first.body].reach(angle) < 16


@pytest.mark.parametrize("width", [180.0, 256.0, 448.0])
def test_nothing_leaves_the_picture_and_pairs_start_apart(width):
    for index in range(60):
        scene = draw_scene(stream(4, index, "train", "layout"), width, "train")
        motion = simulate(scene, 49, 24)
        for body, path in zip(scene.bodies, motion.paths.transpose(1, 0, 2), strict=True):
            reach = np.array([body.reach(angle) for angle in path[:, 2]])
            assert (path[:, 0] - reach > -1.5).all()
            assert (path[:, 0] + reach < width + 1.5).all()
            assert (path[:, 1] - reach > 0).all()
            assert (path[:, 1] + reach < FLOOR_Y + 2.5).all()
        if len(scene.bodies) == 2:
            first, second = scene.bodies
            assert second.x - second.reach(second.angle) > first.x + first.reach(first.angle)


def test_the_picture_shows_the_colour_at_the_place_the_truth_says():
    for index in range(16):
        clip = make_clip(2, index, ClipSpec(frames=1, height=128, width=128))
        for thing, (x, y, _) in zip(clip.truth.objects, clip.truth.trajectories[0], strict=True):
            half = round(thing.radius_px * 0.6)
            patch = clip.frames[
                0, round(y) - half : round(y) + half, round(x) - half : round(x) + half
            ]
            colour = np.median(patch.reshape(-1, 3), 0)
            distances = {
                name: np.linalg.norm(_hue(colour) - _hue(np.array(rgb)))
                for name, rgb in COLOURS.items()
            }
            assert thing.colour in sorted(distances, key=distances.get)[:2]


def _hue(rgb):
    return (rgb - np.mean(rgb)) / (np.std(rgb) + 1)


def test_only_objects_shadows_and_dust_move():
    scene = Scene(
        "meadow",
        "high",
        256.0,
        (Body("ball", "red", "rubber", "small", 24.0, "left", 62.0, 40.0, 0.0, 0.0, 0.0),),
    )
    frames = render(scene, 0, simulate(scene, 33, 24), ClipSpec(33, 128, 128))
    assert (frames[:, :, 64:] == frames[0, :, 64:]).all()
    assert (frames[:, 118:] == frames[0, 118:]).all()
    assert not np.array_equal(frames[0], frames[8])


def test_rubber_bounces_and_stone_does_not():
    bounces = {material: [] for material in MATERIALS}
    for scene in layouts(120):
        if scene.bodies[0].shape == "ball":
            bounces[scene.bodies[0].material] += simulate(scene, 49, 24).bounces
    assert min(bounces["rubber"]) >= 1
    assert max(bounces["stone"]) == 0


def test_sound_moves_with_the_object_and_places_are_never_digitally_silent():
    levels = {}
    for side, x in (("left", 60.0), ("right", 196.0)):
        body = Body("ball", "red", "metal", "small", 24.0, side, x, 40.0, 0.0, 0.0, 0.0)
        scene = Scene("beach", "high", 256.0, (body,))
        levels[side] = synthesize(
            scene, simulate(scene, 25, 24), ClipSpec(25), np.random.default_rng(0)
        )
    left, right = ((np.asarray(levels[side]) ** 2).mean(1) for side in ("left", "right"))
    assert left[0] > 2 * left[1]
    assert right[1] > 2 * right[0]
    silence = levels["left"][:, :4000]
    assert 1e-4 < np.sqrt((silence**2).mean()) < 3e-3


def test_no_clip_clips():
    assert max(np.abs(make_clip(1, i, SMALL).waveform).max() for i in range(20)) < 0.97


def test_held_out_combinations_never_occur_in_training_but_their_pairs_do():
    seen = {(s.bodies[0].colour, s.bodies[0].shape, s.place) for s in layouts(3000)}
    assert seen == {
        (c, s, p) for c in COLOURS for s in SHAPES for p in PLACES if (c, s, p) not in HELD_OUT
    }
    validation = layouts(300, "validation")
    share = sum(scene.held_out for scene in validation) / len(validation)
    assert 0.18 < share < 0.36


def test_a_red_rubber_ball_on_a_wooden_floor_is_well_inside_training():
    scenes = layouts(3000)
    wanted = [
        s
        for s in scenes
        if s.place == "room"
        and (s.bodies[0].colour, s.bodies[0].material, s.bodies[0].shape)
        == ("red", "rubber", "ball")
    ]
    assert len(wanted) > 0.5 * len(scenes) / (len(COLOURS) * len(MATERIALS) * 2 * len(PLACES))


def test_the_truth_is_plain_json_and_names_the_first_impact():
    truth = make_clip(1, 0, SMALL).truth
    told = json.loads(json.dumps(truth.to_dict()))
    assert told["first_impact_s"] == truth.first_impact_s == truth.contacts[0].time_s
    assert np.allclose(told["trajectories"], truth.trajectories, atol=1e-3)
    assert told["objects"][0]["colour"] == truth.objects[0].colour


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ClipSpec(frames=0), "frames is 0.*at least 1"),
        (lambda: ClipSpec(height=256, width=100), "100x256.*width / height"),
        (lambda: ClipSpec(fps=4), "fps is 4.*8..60"),
        (lambda: make_clip(-1, 0, SMALL), "seed -1.*not be negative"),
        (lambda: make_clip(0, 0, SMALL, "test"), 'split is "test".*"validation"'),
    ],
)
def test_bad_input_is_told_in_one_sentence(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_missing_drawing_library_names_the_extra(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("hibari.training.world.")]:
        if name.rsplit(".", 1)[-1] in ("make", "physics", "render", "sprite", "backdrop"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "skia", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "hibari\[train\]"'):
        make_clip(0, 0, SMALL)


def test_importing_the_world_loads_neither_torch_nor_the_drawing_libraries():
    code = (
        "import sys, hibari.training.world; print({'torch', 'skia', 'pymunk'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "set()"


def test_throughput_is_told_and_not_absurdly_low(caplog):
    spec = ClipSpec()
    make_clip(0, 0, spec)
    began = time.process_time()
    for index in range(1, 9):
        make_clip(0, index, spec)
    rate = 8 / (time.process_time() - began)
    with caplog.at_level(logging.INFO):
        logging.getLogger(__name__).info("%.1f clips per second and core at 256x256x49", rate)
    assert rate > 2
