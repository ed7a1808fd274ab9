"""The captions tell what happened, in clean sentences."""

import re

import pytest
from hibari.training.world.drops.caption import write_caption
from hibari.training.world.drops.physics import simulate
from hibari.training.world.drops.scene import COLOURS, Body, Scene, draw_scene, stream
from hibari.training.world.drops.words import ENGLISH, FRENCH


def told(count, split="train"):
    for index in range(count):
        scene = draw_scene(stream(11, index, split, "layout"), 256.0, split)
        bounces = simulate(scene, 49, 24).bounces
        rng = stream(11, index, split, "caption")
        yield scene, bounces, write_caption(scene, bounces, True, rng, split)


@pytest.fixture(scope="module")
def train():
    return list(told(260))


@pytest.fixture(scope="module")
def validation():
    return list(told(160, "validation"))


def language_of(caption):
    return ENGLISH if caption.language == "en" else FRENCH


def test_every_caption_names_colour_shape_and_place_as_they_are(train, validation):
    for scene, _, caption in train + validation:
        language, body = language_of(caption), scene.bodies[0]
        assert caption.words["colour"] in language.colours[body.colour]
        assert caption.words["shape"] in language.nouns[body.shape]
        assert caption.words["place"] in language.places[scene.place]
        text = caption.text.lower()
        # French words agree in gender and number, so only their stems are looked for.
        assert all(caption.words[key][:4] in text for key in ("colour", "shape"))
        assert caption.words["place"] in text


def test_no_caption_names_a_second_colour(train):
    for _, _, caption in train:
        named = set(re.findall(r"\w+", caption.text.lower())) & set(COLOURS)
        if caption.language == "en":
            assert named <= {caption.words["colour"]}


def test_optional_words_are_true_and_mostly_there(train):
    for scene, _, caption in train:
        language, body = language_of(caption), scene.bodies[0]
        tables = {
            "material": language.materials[body.material],
            "size": language.sizes[body.size],
            "height": language.heights[scene.height],
            "sound": language.sounds[body.material],
        }
        for attribute, words in tables.items():
            assert caption.words.get(attribute, words[0]) in words
        if len(scene.bodies) == 1 and "position" in caption.words:
            assert caption.words["position"] in language.positions[body.position]
    for attribute in ("material", "size"):
        share = sum(attribute in caption.words for _, _, caption in train) / len(train)
        assert 0.8 < share < 0.97


def test_the_number_of_objects_and_bounces_is_true(train):
    for scene, bounces, caption in train:
        text = caption.text.lower()
        assert bool(re.search(r"\b(two|deux) (?!times|fois)", text)) == (len(scene.bodies) == 2)
        if "twice" in text or "two times" in text or "deux fois" in text:
            assert set(bounces) == {2}
        if "without a bounce" in text or "sans rebondir" in text:
            assert set(bounces) == {0}
        if caption.words.get("outcome") == "some":
            assert min(bounces) >= 1


def test_captions_are_clean_sentences(train, validation):
    for _, _, caption in train + validation:
        text = caption.text
        assert text[0].isupper()
        assert not re.search(r"  |\s[,.]|[{}|]|^,|,,|\.\.", text), text
        assert not re.search(r"\. [a-zà-ÿ]", text), text
        assert not re.search(r"\b[Aa] [aeiou]|\b[Aa]n [^aeiou]|\bd[eu] un", text), text
        assert not re.search(r"\b(\w+) \1\b", text), text


def test_about_a_seventh_is_french(train):
    share = sum(caption.language == "fr" for _, _, caption in train) / len(train)
    assert 0.10 < share < 0.20


def test_held_out_sentences_are_told_only_in_validation_and_there_half_of_the_time(
    train, validation
):
    assert len(ENGLISH.shapes) + len(FRENCH.shapes) >= 16
    assert not set(ENGLISH.shapes) & set(ENGLISH.held_out_shapes)
    openings = re.compile(r"^(Watch |With |There (is|are) |On voit |Avec )")
    assert not any(caption.held_out or openings.match(caption.text) for _, _, caption in train)
    share = sum(caption.held_out for _, _, caption in validation) / len(validation)
    assert 0.4 < share < 0.6


def test_captions_hardly_repeat(train):
    texts = {caption.text for _, _, caption in train}
    assert len(texts) > 0.97 * len(train)


def test_a_clip_that_ends_in_the_air_is_told_as_a_fall():
    body = Body("ball", "red", "rubber", "big", 36.0, "left", 62.0, 50.0, 0.0, 0.0, 0.0)
    scene = Scene("room", "high", 256.0, (body,))
    for index in range(30):
        caption = write_caption(scene, (0,), False, stream(0, index, "train", "caption"), "train")
        assert re.search(r"\b(falls|tombe)\b", caption.text)
        assert "sound" not in caption.words
        assert "outcome" not in caption.words


def test_french_adjectives_agree():
    assert (
        FRENCH.subject("balle", "vert", "petit", "en bois", 1) == "une petite balle verte en bois"
    )
    assert FRENCH.subject("cube", "violet", "gros", "", 2) == "deux gros cubes violets"
    assert FRENCH.subject("boîte", "orange", "grand", "", 2) == "deux grandes boîtes orange"
    assert ENGLISH.subject("box", "orange", "", "glass", 1) == "an orange glass box"
    assert ENGLISH.subject("box", "red", "big", "", 2) == "two big red boxes"
