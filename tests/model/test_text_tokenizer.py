"""Laws of the hashed n-gram tokenizer."""

import pytest
import torch
from hibari.model.text import Tokenizer
from hibari.model.text.tokenizer import split_words, word_ids

BUCKETS, GRAMS = 1 << 20, 16


def overlap(a, b):
    """Shared share of two words' ids."""
    left, right = set(word_ids(a, BUCKETS, GRAMS)), set(word_ids(b, BUCKETS, GRAMS))
    return len(left & right) / len(left | right)


def test_words_and_punctuation_are_separate_and_lower_case():
    assert split_words("A Red ball, it's 2 m!") == [
        "a", "red", "ball", ",", "it", "'", "s", "2", "m", "!",
    ]  # fmt: skip


def test_compatible_forms_of_one_text_are_the_same_words():
    composed, decomposed = "une forêt ﬁne", "une fore\u0302t fine"
    assert split_words(composed) == split_words(decomposed) == ["une", "forêt", "fine"]
    assert split_words("re\u200bd\u00a0ball\n") == ["red", "ball"]


@pytest.mark.parametrize(
    ("word", "variant"),
    [("bounces", "bouncse"), ("rubber", "ruber"), ("ball", "balls"), ("forêt", "foret"),
     ("extraordinarily", "extraordinarly")],
)  # fmt: skip
def test_typos_endings_and_lost_accents_share_pieces(word, variant):
    assert overlap(word, variant) > 0.15
    assert overlap(word, variant) > 3 * overlap(word, "xylophone")


def test_accents_still_tell_words_apart():
    assert word_ids("pêche", BUCKETS, GRAMS) != word_ids("peche", BUCKETS, GRAMS)


def test_known_ids_never_change_because_weights_depend_on_them():
    assert word_ids("ball", 8192, 16)[:4] == (6508, 2736, 2571, 6514)
    assert word_ids("forêt", 1 << 20, 5) == (252063, 581422, 795103, 1013047, 686296)


def test_padding_goes_to_the_longest_prompt_of_the_batch_only():
    ids, mask = Tokenizer(100, 6, 20)(["one two three", "one", ""])
    assert ids.shape == (3, 3, 6)
    assert mask.tolist() == [[True] * 3, [True, False, False], [False] * 3]
    assert ids[~mask].eq(0).all()
    assert ids[mask][:, 0].gt(0).all()
    assert ids.max() < 100


def test_a_batch_of_empty_prompts_has_no_words():
    ids, mask = Tokenizer(100, 6, 20)(["", "  \n"])
    assert ids.shape == (2, 0, 6)
    assert mask.shape == (2, 0)


@pytest.mark.parametrize(
    "text", ["\ud800", "🎈🏽‍♀️", "\x00\x07", "ballon" * 2000, "玉が跳ねる", "ﷺ"]
)
def test_any_text_gives_valid_ids(text):
    ids, mask = Tokenizer(50, 4, 50)([text])
    assert ids.dtype == torch.int64
    assert bool(mask.all())
    assert ((ids >= 0) & (ids < 50)).all()


def test_a_prompt_beyond_the_limit_is_refused_with_both_numbers():
    tokenizer = Tokenizer(100, 6, 5)
    tokenizer(["one two three four five"])
    with pytest.raises(ValueError, match=r"has 6 words .* at most 5: shorten it by 1"):
        tokenizer(["one two three four five six"])
