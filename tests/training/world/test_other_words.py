"""Captions told in other words: they say the same."""

import re
from random import Random

import pytest
from hibari.model.checkpoint.details import told_in_full
from hibari.training.world.clip import ClipSpec
from hibari.training.world.drops import other_words, words
from hibari.training.world.drops.caption import write_caption
from hibari.training.world.drops.details import DETAILS
from hibari.training.world.drops.other_words import ENGLISH, FRENCH, in_other_words
from hibari.training.world.drops.physics import simulate
from hibari.training.world.drops.scene import draw_scene, stream


@pytest.fixture(scope="module")
def captions():
    spec = ClipSpec()
    told = []
    for index in range(300):
        scene = draw_scene(stream(1, index, "train", "layout"), spec.width / spec.scale, "train")
        bounces = simulate(scene, 33, spec.fps).bounces
        rng = stream(1, index, "train", "caption")
        told.append(write_caption(scene, bounces, True, rng, "train").text)
    return told


def open_details(caption):
    """What the seed adds to it."""
    return told_in_full(caption, DETAILS, 0).removeprefix(caption.rstrip(" ."))


def test_what_was_told_is_told_in_other_words(captions):
    rng = Random(0)
    changed = 0
    for caption in captions:
        other = in_other_words(caption, rng, 1.0)
        changed += other != caption
        assert open_details(other) == open_details(caption), (caption, other)
        assert other[0].isdigit() or other[0].isupper() == caption[0].isupper()
        assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", other), other
    assert changed == len(captions)


def test_no_share_changes_nothing_and_the_same_draws_give_the_same(captions):
    assert [in_other_words(caption, Random(0), 0.0) for caption in captions] == captions
    again = [[in_other_words(text, Random(7)) for text in captions] for _ in range(2)]
    assert again[0] == again[1] != captions


def test_longer_phrases_come_first():
    sentence = "A ball bounces two times in a room with a wooden floor."
    told = {in_other_words(sentence, Random(seed), 1.0) for seed in range(60)}
    assert not any("pair" in text or "wooden" in text or "timber" in text for text in told)
    assert any(text.startswith("An orb") for text in told)


def test_languages_are_not_mixed():
    told = {in_other_words("Deux balles orange tombent.", Random(seed), 1.0) for seed in range(40)}
    assert all(re.match(r"(2|Une paire de) (billes|boules) orange", text) for text in told), told


@pytest.mark.parametrize(
    ("language", "table"), [(words.ENGLISH, ENGLISH), (words.FRENCH, FRENCH)], ids=["en", "fr"]
)
def test_every_phrase_is_one_that_captions_have(language, table):
    said = [*language.shapes, *language.held_out_shapes, "two" if table is ENGLISH else "deux"]
    for name in ("colours", "materials", "heights", "positions", "places", "grounds", "sounds"):
        said += sum(getattr(language, name).values(), ())
    said += sum(language.outcomes.values(), ())
    for noun in sum(language.nouns.values(), ()):
        for size in sum(language.sizes.values(), ()):
            said += [language.subject(noun, "", size, "", count) for count in (1, 2)]
    known = re.sub(r"[|,.{}]", " ", " ; ".join(said))
    missing = [phrase for phrase in table if not re.search(rf"\b{re.escape(phrase)}\b", known)]
    assert not missing
    assert other_words.REPLACED_SHARE < 1
