"""Subjects before a clip's start: where their tokens are, and how guidance towards them acts."""

import pytest
import torch
from hibari.model.sampling import Guider, TextContext
from hibari.model.sampling.references import (
    REFERENCES,
    Reference,
    begin,
    guided,
    in_order,
    place,
    view_coordinates,
)
from hibari.model.transformer import AVTransformer, TransformerConfig, TransformerInputs


def noise(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


ANNA = Reference("anna", noise(2, 128, 2, 3), noise(5, 128, seed=1))
REX = Reference("rex", noise(1, 128, 2, 2, seed=2), None)


@pytest.fixture(scope="module")
def predict():
    """Clean latents of a small transformer, by its references."""
    torch.manual_seed(0)
    network = AVTransformer(TransformerConfig.tiny(connector=False)).eval()
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    config = network.config
    width = config.context_width(config.video) + config.context_width(config.audio)
    context = noise(1, 4, width, seed=3)
    noisy = (noise(2, 128, 2, 2, 2, seed=4), noise(2, 8, 9, 16, seed=5))

    @torch.no_grad()
    def run(*references, streams=noisy):
        guider = Guider(network, TextContext(context, None, in_order(references)))
        return guider(streams, torch.tensor(0.7))

    return run


def gap(one, other):
    return max(float((a - b).abs().max()) for a, b in zip(one, other, strict=True))


def test_views_stand_before_the_clip_one_frame_each_subjects_apart():
    first, second = (view_coordinates(ANNA.views, slot) for slot in (0, 1))
    assert first.shape == (1, 3, 12, 2)
    assert first[0, 0, :, 0].unique().tolist() == [-8, -7]
    assert second[0, 0, :, 0].unique().tolist() == [-16, -15]
    assert float(first[0, 0].max()) <= 0
    assert first[0, 1, :, 1].max() == 64
    assert first[0, 2, :, 1].max() == 96


def test_placed_tokens_keep_their_order_and_leave_the_clip_alone():
    inputs = place(TransformerInputs(frame_rate=24.0), (ANNA, REX))
    assert inputs.reference_video.shape == (1, 12 + 4, 128)
    assert torch.equal(inputs.reference_video[0, 0], ANNA.views[0, :, 0, 0])
    assert torch.equal(inputs.reference_audio[0], ANNA.voice)
    alone = place(TransformerInputs(), (ANNA, REX), without=0)
    assert torch.equal(alone.reference_coordinates, inputs.reference_coordinates[:, :, 12:])
    assert alone.reference_audio is None


def test_a_subject_changes_both_streams_of_every_sample(predict):
    plain, shown = predict(), predict(ANNA)
    assert [one.shape for one in plain] == [other.shape for other in shown]
    for one, other in zip(plain, shown, strict=True):
        assert bool(((one - other).abs().amax(dim=tuple(range(1, one.ndim))) > 1e-3).all())


def test_the_order_of_subjects_does_not_matter(predict):
    assert gap(predict(ANNA, REX), predict(REX, ANNA)) == 0


def test_a_subject_without_sound_or_picture_latents_still_enters(predict):
    (picture,) = (predict(ANNA, streams=(noise(1, 128, 2, 2, 2),)),)
    assert gap(picture, predict(streams=(noise(1, 128, 2, 2, 2),))) > 1e-3


def test_strength_is_linear_and_separate_for_looks_and_voice(predict):
    def at(likeness, voice):
        return predict(Reference("anna", ANNA.views, ANNA.voice, likeness, voice))

    plain, one, three = predict(), at(1.0, 1.0), at(3.0, 1.0)
    pushed = plain[0] + 3 * (one[0] - plain[0])
    assert torch.allclose(three[0], pushed, atol=1e-4)
    assert torch.equal(three[1], one[1])
    assert gap(at(0.0, 0.0), plain) == 0


def test_each_subject_is_guided_by_what_it_adds_alone():
    calls = []

    def fake(inputs):
        tokens = inputs.reference_video_tokens
        calls.append(tokens)
        return torch.full((1,), float(tokens)), None

    strong = (Reference("a", ANNA.views, None, 2.0), Reference("b", REX.views, None, 3.0))
    video, _ = guided(fake, TransformerInputs(), strong)
    assert calls == [16, 4, 12]
    assert float(video) == 16 + 1 * (16 - 4) + 2 * (16 - 12)
    calls.clear()
    guided(fake, TransformerInputs(), (ANNA, REX))
    assert calls == [16]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Reference("a", None, None, -1.0), "likeness is -1.0; use 0"),
        (lambda: Reference("a", None, None, 1.0, float("nan")), "voice_strength is nan"),
        (lambda: Reference("a", noise(9, 128, 1, 1)), "at most 8 latents"),
        (lambda: Reference("a", noise(1, 4, 1, 1)), r"\[views, 128, rows, columns\]"),
        (lambda: in_order((ANNA, ANNA)), "two subjects share the role 'anna'"),
        (lambda: in_order([Reference(str(k)) for k in range(4)]), "takes at most 3"),
    ],
)
def test_unusable_references_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_tokens_need_a_place_each():
    inputs = TransformerInputs(reference_video=noise(1, 3, 128))
    with pytest.raises(ValueError, match=r"3 tokens, reference_coordinates is none"):
        inputs.reference_positions()


class Sealed:
    def __init__(self):
        self.begun = []

    def begin(self, held, entries, clips):
        self.begun.append((len(held), [context for context, _ in entries], clips))
        return [(ANNA,) for _ in held]


def test_a_run_opens_each_sealed_set_once_with_the_prompts_it_follows():
    one, other = Sealed(), Sealed()
    positive = [("words", {REFERENCES: one}), ("more", {REFERENCES: one})]
    negative = [("none", {REFERENCES: other})]
    opened = begin([positive, negative], [positive], 2)
    assert opened == {id(one): (ANNA,), id(other): (ANNA,)}
    assert (one.begun, other.begun) == ([(2, ["words", "more"], 2)], [])
    assert begin([[("plain", {})]], [], 1) == {}
