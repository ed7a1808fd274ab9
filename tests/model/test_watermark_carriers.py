"""Carriers in the frequency domain: what is read from them, and what noise would give."""

import math

import numpy as np
import pytest
from hibari.model.watermark.carriers import Carriers, deviation
from hibari.model.watermark.keystream import Keystream

IDENTIFIER = 0x0123456789ABCDEF


@pytest.fixture(scope="module")
def carriers():
    return Carriers([np.arange(1, 601)[:, None]], Keystream(bytes(range(32)), "test"))


def noise(seed):
    random = np.random.default_rng(seed)
    return random.standard_normal(600) + 1j * random.standard_normal(600)


def test_a_clean_mark_is_as_unlikely_as_its_carriers_are_many(carriers):
    word = carriers.read(carriers.coefficients(IDENTIFIER))
    data = len(carriers.phases) - len(carriers.pilots)
    # All unit coefficients in line reach sqrt(2 K) deviations, and exp(-K) for each of the words.
    assert word.identifier == IDENTIFIER
    assert math.log(word.p_value) == pytest.approx(64 * math.log(2) - data)


def test_no_chance_is_told_as_none():
    many = Carriers([np.arange(1, 4001)[:, None]], Keystream(bytes(range(32)), "test"))
    assert many.read(many.coefficients(IDENTIFIER)).p_value > 0


def test_the_fainter_the_mark_the_likelier_is_chance(carriers):
    mark = carriers.coefficients(IDENTIFIER)
    words = [carriers.read(mark + size * noise(1)) for size in (0.25, 0.5, 1.0)]
    assert [word.identifier for word in words] == [IDENTIFIER] * 3
    assert words[0].p_value < words[1].p_value < words[2].p_value < 1e-6


def test_what_noise_says_is_told_from_a_word(carriers):
    words = [carriers.read(noise(seed)) for seed in range(20)]
    assert all(word is None or word.p_value > 1e-6 for word in words)


def test_correlations_with_noise_have_the_told_deviation(carriers):
    heights = [
        (noise(seed) * carriers.phases.conj()).real.sum() / deviation(noise(seed))
        for seed in range(400)
    ]
    assert np.std(heights) == pytest.approx(1.0, abs=0.1)
