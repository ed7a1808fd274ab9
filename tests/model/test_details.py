"""What a sentence leaves open is told by the seed, what it tells is left alone."""

import pytest
from hibari.model.checkpoint import CheckpointInfo, Recommended
from hibari.model.checkpoint.details import Detail, details_from, told_in_full

SIDE = Detail("side", ("left", "right", "droite", "two"), ("on the left", "on the right"))
SIDES = Detail("sides", ("left", "right"), ("left and right",), needs=("two",))
DETAILS = (SIDE, SIDES)


def test_the_seed_chooses_among_all_phrases_and_always_alike():
    told = [told_in_full("a ball falls.", DETAILS, seed) for seed in range(20)]
    assert set(told) == {"a ball falls, on the left", "a ball falls, on the right"}
    assert told == [told_in_full("a ball falls.", DETAILS, seed) for seed in range(20)]
    assert told_in_full("a ball falls", DETAILS, 2**64 - 1) in told


@pytest.mark.parametrize(
    "sentence", ["", " ", "a ball on the LEFT", "une balle à droite.", "two boxes, left and right"]
)
def test_sentences_that_tell_it_stay_as_they_are(sentence):
    assert told_in_full(sentence, DETAILS, 3) == sentence


def test_a_detail_may_be_asked_of_some_sentences_only():
    assert told_in_full("two boxes", DETAILS, 0) == "two boxes, left and right"
    assert "left and right" not in told_in_full("leftover boxes", DETAILS, 0)


def test_a_checkpoint_carries_them():
    info = CheckpointInfo(recommended=Recommended(details=DETAILS))
    assert CheckpointInfo.from_metadata(info.to_metadata()).recommended.details == DETAILS
    assert "details" not in CheckpointInfo().to_metadata()["recommended"]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"name": "a", "told": ["x"]}, "0 choices"),
        ({"choices": ["x" * 200]}, "give a choice or more"),
        ({"choices": ["x"] * 300}, "300 words"),
        ({"choices": [""]}, "1 to 100 letters"),
    ],
)
def test_details_that_cannot_be_used_are_refused_by_name(entry, message):
    with pytest.raises(ValueError, match=message):
        details_from([entry])
    with pytest.raises(ValueError, match="17 details"):
        details_from([{"choices": ["x"]}] * 17)
