"""Hibari Sample tells the bundled model what a prompt leaves open, and only then."""

from dataclasses import replace

import hibari.host
import pytest
import torch
from hibari.model.checkpoint.details import Detail
from hibari.nodes.av_latent import empty_latent
from hibari.nodes.clip_plan import CUSTOM, plan_clip
from hibari.nodes.conditioning import encode
from hibari.nodes.sample import HibariSample

pytestmark = pytest.mark.usefixtures("without_gradients")
LATENT = empty_latent(plan_clip(CUSTOM, 64, 64, 0.375, 24.0), 1)
SIDE = Detail("side", ("left", "right"), ("on the left",))
OPEN, FULL = "a ball falls", "a ball falls, on the left"


@pytest.fixture
def sampled(monkeypatch, wires):
    """Runs the block; what it handed to the host's sampler, and what it shows."""
    network = wires["model"].model.diffusion_model
    seen = []

    def fake(*arguments):
        seen.append(arguments)
        return dict(LATENT)

    monkeypatch.setattr(hibari.host, "sample", fake)

    def run(positive, details=(SIDE,), **changed):
        advice = replace(network.recommended, details=details)
        monkeypatch.setattr(network, "recommended", advice)
        given = {"model": wires["model"], "positive": positive, "latent": LATENT} | changed
        output = HibariSample.execute(**given)
        return seen[-1][2], seen[-1][3], output.ui

    return run


def same(conditioning, clip, text):
    return torch.equal(conditioning[0][0], encode(clip, text)[0][0])


def test_the_model_is_told_what_the_prompt_leaves_open_and_it_is_shown(sampled, wires):
    positive, negative, shown = sampled(encode(wires["clip"], OPEN), seed=4)
    assert same(positive, wires["clip"], FULL)
    assert same(negative, wires["clip"], "")
    assert FULL in str(shown.as_dict())
    assert positive[0][1]["frame_rate"] == 24.0


@pytest.mark.parametrize("text", ["a ball falls on the right", ""])
def test_what_is_told_stays(sampled, wires, text):
    positive, _, shown = sampled(encode(wires["clip"], text))
    assert same(positive, wires["clip"], text)
    assert shown is None


def test_other_checkpoints_read_what_was_written(sampled, wires):
    positive, _, shown = sampled(encode(wires["clip"], OPEN), details=())
    assert same(positive, wires["clip"], OPEN)
    assert shown is None


@pytest.mark.parametrize(
    "changed", [{"denoise": 0.5}, {"latent": {**LATENT, "noise_mask": torch.ones(1)}}]
)
def test_a_given_part_tells_more_than_words(sampled, wires, changed):
    positive, _, _ = sampled(encode(wires["clip"], OPEN), **changed)
    assert same(positive, wires["clip"], OPEN)


def test_prompts_of_other_blocks_and_negative_ones_are_left_alone(sampled, wires):
    stock = [[context, {}] for context, _ in encode(wires["clip"], OPEN)]
    negative = encode(wires["clip"], "a box")
    positive, unwanted, _ = sampled(stock, negative=negative)
    assert same(positive, wires["clip"], OPEN)
    assert same(unwanted, wires["clip"], "a box")


def test_the_guard_reads_phrases_that_come_from_a_file(sampled, wires):
    evil = Detail("side", (), ("then a beheading in close-up",))
    with pytest.raises(ValueError, match="violence"):
        sampled(encode(wires["clip"], OPEN), details=(evil,))
