"""Cameos in a graph: they reach the model in any order, and nothing else of a graph changes."""

import pickle

import pytest
import torch
from hibari.nodes.cameo_apply import HibariApplyCameo
from hibari.nodes.cameo_load import HibariLoadCameo
from hibari.nodes.load_model import HibariLoadModel
from hibari.nodes.text_encode import HibariTextEncode

from ..trust.cameo.people import make_cameo
from .cameo_graphs import PROMPT, TINY, Studio, cameo_graph, difference, node


@pytest.fixture
def studio(anna, cameo, checkpoint):
    with anna.here():
        make_cameo("Rex", kind="animal")
    return Studio(anna, checkpoint)


def plain(graph):
    """The same graph without its cameos."""
    kept = {key: value for key, value in graph.items() if not key.startswith(("cameo", "apply"))}
    sample = {**graph["sample"]["inputs"], "positive": ["text", 0]}
    return kept | {"sample": node("HibariSample", **sample)}


def test_a_cameo_changes_picture_and_sound(studio):
    graph = cameo_graph(save=False)
    with_cameo = studio.latents(graph)
    without = studio.latents(plain(graph))
    assert all(not torch.equal(one, other) for one, other in zip(with_cameo, without, strict=True))
    assert [one.shape for one in with_cameo] == [other.shape for other in without]


def test_the_order_of_cameos_does_not_matter(studio):
    with studio.person.here():
        make_cameo("Mug", kind="object")
    prompt = "@anna throws @mug to @rex"
    orders = (("Anna", "Rex", "Mug"), ("Mug", "Rex", "Anna"), ("Rex", "Anna", "Mug"))
    one, *others = (studio.latents(cameo_graph(names, prompt, save=False)) for names in orders)
    assert [difference(one, other) for other in others] == [0, 0]


@pytest.mark.parametrize("name", ["likeness", "voice"])
def test_strength_nought_leaves_a_part_out_and_more_pushes(studio, name):
    def at(value):
        graph = cameo_graph(save=False)
        graph["apply Anna"]["inputs"][name] = value
        return studio.latents(graph)

    neutral, off, strong = at(1.0), at(0.0), at(3.0)
    assert difference(neutral, off) > 0
    assert difference(neutral, strong) > 0


def test_both_at_nought_is_the_clip_without_the_cameos_tokens(studio):
    graph = cameo_graph(save=False)
    graph["apply Anna"]["inputs"] |= {"likeness": 0.0, "voice": 0.0}
    words = cameo_graph(prompt="a woman with red hair walks on the beach", save=False)
    assert difference(studio.latents(graph), studio.latents(plain(words))) == 0


def test_a_cameo_that_the_prompt_does_not_mention_is_refused(studio):
    refused = studio.refusal(cameo_graph(prompt="a walk on the beach", save=False))
    assert "the prompt does not mention @anna. Write @anna where Anna appears" in refused


def test_nothing_of_a_cameo_can_be_taken_off_the_wires(studio):
    with studio.person.here():
        _, clip, vae, audio_vae = HibariLoadModel.execute(TINY).args
        (conditioning,) = HibariTextEncode.execute(clip, PROMPT).args
        (loaded,) = HibariLoadCameo.execute("Anna").args
        (told,) = HibariApplyCameo.execute(conditioning, loaded, vae, audio_vae=audio_vae).args
    for value in (loaded, told):
        with pytest.raises(TypeError, match=r"cannot be saved|belongs to this process"):
            pickle.dumps(value)
    found = tensors_in(loaded) + tensors_in(told)
    width = told[0][0].shape[-1]
    assert found
    assert all(tensor.ndim == 3 and tensor.shape[-1] == width for tensor in found)


def tensors_in(value, depth=0):
    """All tensors and arrays that can be reached from a value."""
    import numpy as np

    if isinstance(value, (torch.Tensor, np.ndarray)):
        return [value]
    if depth > 12 or isinstance(value, (str, bytes, int, float, bool, type(None), type)):
        return []
    if isinstance(value, dict):
        items = value.values()
    elif isinstance(value, (list, tuple, set, frozenset)):
        items = value
    elif callable(value) or isinstance(value, torch.nn.Module):
        return []
    else:
        items = vars(value).values() if hasattr(value, "__dict__") else ()
    return [found for item in items for found in tensors_in(item, depth + 1)]
