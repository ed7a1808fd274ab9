"""The captions of the whole playground tell what happened, in clean sentences of many shapes."""

import re

import pytest
from hibari.training.world import ClipSpec
from hibari.training.world.language.english import ENGLISH
from hibari.training.world.language.french import FRENCH, agree
from hibari.training.world.language.telling import event_key, write_caption
from hibari.training.world.language.tongue import NounPhrase
from hibari.training.world.scenes.dice import (
    BEYOND,
    HELD_OUT_LOOKS,
    HELD_OUT_PLACES,
    HOLE,
    stream,
)
from hibari.training.world.scenes.layout import COLOURS, MATERIALS
from hibari.training.world.voice.lexicon import pronunciations
from hibari.training.world.voice.sentences import vocabulary
from hibari.training.world.whole import set_up

SPEC = ClipSpec(frames=49, height=64, width=64, playground="whole")


def told(count, split="train"):
    for index in range(count):
        play = set_up(21, index, SPEC, split)
        rng = stream(21, index, split, "caption")
        yield play, write_caption(play.stage, play.language, play.challenge, rng)


@pytest.fixture(scope="module")
def train():
    return list(told(130))


@pytest.fixture(scope="module")
def validation():
    return list(told(90, "validation"))


def test_captions_are_clean_sentences(train, validation):
    for _, caption in train + validation:
        text = caption.text
        assert re.match(r"[A-ZÀ-Ý]", text), text
        assert text[-1] in '.!?"»', text
        assert not re.search(r"  |\s[,.]|[{}|~]|^,|,,|\.\.", text), text
        assert not re.search(r"(?<!«)\. [a-zà-ÿ]", text), text
        if caption.language == "en":
            plain = re.sub(r'".*?"', "", text)
            assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]", plain), text
        assert not re.search(r"\b(\w+) \1\b", re.sub(r'["«].*?["»]', "", text)), text


def test_the_same_event_is_told_in_many_ways():
    play = set_up(21, 3, SPEC, "train")
    texts = {
        write_caption(play.stage, "en", "", stream(1, k, "train", "caption")).text
        for k in range(40)
    }
    assert len(texts) >= 38


def test_there_are_enough_shapes_and_none_of_the_new_ones_is_trained():
    shapes = [*ENGLISH.shapes, *FRENCH.shapes]
    assert len(shapes) + len(ENGLISH.new_shapes) + len(FRENCH.new_shapes) >= 40
    for tongue in (ENGLISH, FRENCH):
        assert not set(tongue.shapes) & set(tongue.new_shapes)
        assert set(tongue.events) == set(ENGLISH.events)


def test_every_outcome_that_happens_can_be_told_in_both_languages(train):
    seen = {event_key(play.stage) for play, _ in train}
    assert seen <= set(ENGLISH.events)
    assert len(seen) >= 20


def test_long_and_short_clips_can_be_told_too():
    for frames, count in ((9, 30), (145, 30)):
        spec = ClipSpec(frames, 64, 64, playground="whole")
        for index in range(count):
            play = set_up(8, index, spec, "train")
            assert event_key(play.stage) in ENGLISH.events


def test_the_caption_names_the_true_colours(train):
    for play, caption in train:
        if caption.language != "en" or not play.stage.layout.things:
            continue
        said = re.sub(r'".*?"', "", caption.text.lower())
        said = said.replace("green meadow", "").replace("teal", "teal")
        true = {thing.colour for thing in play.stage.layout.things} | {"white"}
        synonyms = {"violet": "purple", "turquoise": "teal"}
        named = {synonyms.get(w, w) for w in re.findall(r"\w+", said)} & set(COLOURS)
        assert named <= true, caption.text


def test_scores_and_misses_are_told_as_they_were(train):
    checked = 0
    for play, caption in train:
        if play.stage.kind != "hoop" or caption.language != "en":
            continue
        text = caption.text.lower()
        result = play.stage.outcome["result"]
        missed = re.search(
            r"miss|away|rebound|fall\w+ short|stay\w+ out|without going|towards", text
        )
        assert bool(missed) == (result != "scores"), caption.text
        checked += 1
    assert checked > 3


def test_words_training_never_uses_appear_only_under_their_challenge(train, validation):
    new = {
        word
        for tongue in (ENGLISH, FRENCH)
        for options in tongue.new_words.values()
        for words in options.values()
        for word in words
    } - {"golden", "huge"}
    for play, caption in train:
        assert caption.new == ""
        text = re.sub(r'["«].*?["»]', "", caption.text.lower())
        assert not [word for word in new if re.search(rf"\b{word}\b", text)], caption.text
        assert play.stage.held_out == ""
    tested = [c.new for _, c in validation] + [p.stage.held_out for p, _ in validation]
    assert {"sentence", "synonyms", "combination", "hole", "beyond"} <= set(tested)


def test_held_out_looks_places_and_numbers_never_occur_in_training(train):
    for play, _ in train:
        stage = play.stage
        assert (stage.kind, stage.setting.place) not in HELD_OUT_PLACES
        for thing in stage.layout.things:
            if not thing.skin and thing.shape != "plank" and thing.role[:3] != "box":
                assert (thing.colour, thing.shape, thing.material) not in HELD_OUT_LOOKS
        for share in stage.numbers.values():
            assert share <= BEYOND
            assert not HOLE[0] < share < HOLE[1]


def test_pairs_of_held_out_looks_do_occur_in_training(train):
    looks = {(t.colour, t.shape, t.material) for play, _ in train for t in play.stage.layout.things}
    for colour, shape, material in HELD_OUT_LOOKS:
        assert any(look[:2] == (colour, shape) for look in looks)
        assert any(look[1:] == (shape, material) for look in looks)
    assert {look[2] for look in looks} == set(MATERIALS)


def test_validation_numbers_lie_in_the_band_they_are_named_for(validation):
    for play, _ in validation:
        for share in play.stage.numbers.values():
            if play.stage.held_out == "hole":
                assert HOLE[0] <= share <= HOLE[1]
            elif play.stage.held_out == "beyond":
                assert share >= BEYOND


def test_several_hundred_words_can_be_said_and_all_have_sounds():
    words = vocabulary()
    assert len(words) > 300
    assert words <= set(pronunciations("en")) | set(pronunciations("fr"))


def test_adjectives_agree():
    said = NounPhrase("balle", "vert", "en bois", "petit", 1)
    assert FRENCH.phrase(said) == "une petite balle verte en bois"
    assert FRENCH.phrase(NounPhrase("cube", "violet", count=2)) == "deux cubes violets"
    assert agree("orange", feminine=True, plural=True) == "orange"
    assert ENGLISH.phrase(NounPhrase("box", "orange", "glass")) == "an orange glass box"
    assert ENGLISH.phrase(NounPhrase("box", "red", "", "big", 2)) == "two big red boxes"
