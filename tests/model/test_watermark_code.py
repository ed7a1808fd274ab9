"""The code of identifiers, and the keyed randomness under everything."""

import numpy as np
import pytest
from hibari.model.watermark.code import CODED_BITS, decode, encode
from hibari.model.watermark.keystream import Keystream

IDENTIFIERS = (0, 1, 0x0123456789ABCDEF, 2**64 - 1)
KEY = bytes(range(32))
GOLDEN = [0.4501876022468909, 0.040115684314738886, 0.4668233421671263]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_a_code_word_is_read_back(identifier):
    assert decode(encode(identifier)) == identifier


def test_a_code_word_is_read_through_noise_of_its_own_strength():
    noise = np.random.default_rng(1).standard_normal((12, CODED_BITS))
    word = encode(IDENTIFIERS[2])
    assert [decode(word + 1.2 * row) for row in noise] == [IDENTIFIERS[2]] * 12


def test_noise_alone_is_not_read():
    noise = np.random.default_rng(2).standard_normal((12, CODED_BITS))
    assert [decode(row) for row in noise] == [None] * 12


def test_code_words_lie_far_apart():
    words = np.stack([encode(1 << bit) for bit in range(64)])
    differing = (words != encode(0)).sum(1)
    assert differing.min() >= 32  # the free distance of the code


@pytest.mark.parametrize("identifier", [-1, 2**64])
def test_an_identifier_of_more_than_64_bits_is_refused(identifier):
    with pytest.raises(ValueError, match="does not fit 64 bits"):
        encode(identifier)


def test_randomness_depends_on_key_label_and_call_and_on_nothing_else():
    draw = Keystream(KEY, "video").uniform(4)
    assert np.array_equal(draw, Keystream(KEY, "video").uniform(4))
    again = Keystream(KEY, "video")
    others = [again.uniform(4), again.uniform(4)]
    others += [Keystream(KEY, "audio").uniform(4), Keystream(KEY[::-1], "video").uniform(4)]
    assert [np.array_equal(draw, other) for other in others] == [True, False, False, False]


def test_the_stream_is_the_standards_so_old_marks_stay_readable():
    draw = Keystream(KEY, "video").uniform(3)
    np.testing.assert_allclose(draw, GOLDEN, rtol=1e-12)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="at least 16 random bytes"):
        Keystream(b"secret", "video")
