"""A cameo in a storyboard: recorded, enrolled and granted, shown in the shots that mention it."""

import pytest
import torch
from hibari.headless.storyboard_file import graph_of
from hibari.nodes.sample import HibariSample
from hibari.trust.cameo.enrolment import Recording, Subject, enroll
from hibari.trust.cameo.granting import import_file, revoke
from hibari.trust.credentials.verify import read_credentials

from ..trust.cameo.acts import give
from ..trust.cameo.faces import frames_of_a_face
from .cameo_graphs import TINY, Studio

WORDS = "a dog with red fur"
LOOK = {"checkpoint": TINY, "width": 64, "height": 64, "steps": 1, "guidance": 1.0, "seed": 3}


@pytest.fixture
def rex(anna):
    """Anna's dog, enrolled from a recording."""
    with anna.here():
        return enroll(Subject("Rex", WORDS, "animal"), Recording(frames_of_a_face(6)), True)


@pytest.fixture
def studio(anna, ben, rex, checkpoint):
    """Ben's, who may use the dog."""
    give(anna, ben, rex)
    return Studio(ben, checkpoint)


@pytest.fixture
def sampled(monkeypatch):
    """The video latents of each shot, as they are sampled."""
    made, sample = [], HibariSample.execute

    def watched(*arguments, **settings):
        output = sample(*arguments, **settings)
        made.append(output.args[0]["samples"].unbind()[0])
        return output

    monkeypatch.setattr(HibariSample, "execute", watched)
    return made


def film(*prompts, cameos=("Rex",)):
    shots = [{"prompt": prompt, "seconds": 0.3} for prompt in prompts]
    return graph_of({**LOOK, "shots": shots, "cameos": list(cameos)}, "film")


def ran(studio, graph):
    result = studio.run(graph)
    assert result.failure is None, result.failure.exception_message


def test_a_cameo_is_in_the_shots_that_mention_it_and_in_no_other(studio, sampled):
    ran(studio, film("a ball falls", "@rex runs", "a box falls"))
    ran(studio, film("a ball falls", f"{WORDS} runs", "a box falls", cameos=()))
    same = [torch.equal(sampled[shot], sampled[3 + shot]) for shot in range(3)]
    assert same == [True, False, True]


def test_the_credentials_of_the_film_name_the_cameo_and_its_grant(studio):
    ran(studio, film("@rex runs", "@rex sleeps"))
    (file,) = studio.output.rglob("*.mp4")
    with studio.person.here():
        (made,) = read_credentials(file).lineage.ingredients  # Save Video signs a copy
    (named,) = made.generation["cameos"]
    assert (named["statement"]["name"], named["statement"]["by"]) == ("Rex", "grant")


def test_a_cameo_that_no_shot_mentions_is_refused_before_anything_is_made(studio, sampled):
    refused = studio.refusal(film("a ball falls", "a box falls"))
    assert "no shot mentions @rex. Write @rex where Rex appears" in refused
    assert sampled == []


def test_without_a_grant_or_after_it_was_taken_back_there_is_no_film(
    anna, eve, rex, studio, checkpoint, sampled
):
    stranger = Studio(eve, checkpoint)
    assert "Rex" in stranger.refusal(film("@rex runs"))
    with anna.here():
        path = revoke(rex, []).write(anna.home / "rex.revocations")
    with studio.person.here():
        import_file(path)
    assert "Rex" in studio.refusal(film("@rex runs"))
    assert stranger.files == studio.files == sampled == []
