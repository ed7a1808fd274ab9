"""Old nodes are moved over where the host no longer knows them, and nowhere else."""

import copy

import pytest
from hibari.host.replacement import Replacement, replaced
from hibari.nodes.replacements import REPLACEMENTS, SORA_2
from hibari.nodes.text_to_video import HibariTextToVideo

ITEM = Replacement("Old", "New", ("a", "b"), {"x": "a", "y": "b"}, {1: 0, 0: 1})
GRAPH = {
    "1": {"class_type": "Old", "inputs": {"a": 5, "gone": 1}, "_meta": {"title": "T"}},
    "2": {"class_type": "Other", "inputs": {"one": ["1", 0], "two": ["1", 1], "three": [1, 2, 3]}},
}


def test_inputs_and_links_go_to_their_new_names_and_places():
    assert replaced(GRAPH, {"New", "Other"}, [ITEM]) == {
        "1": {"class_type": "New", "inputs": {"x": 5}, "_meta": {"title": "T"}},
        "2": {
            "class_type": "Other",
            "inputs": {"one": ["1", 1], "two": ["1", 0], "three": [1, 2, 3]},
        },
    }


def test_the_given_graph_is_left_as_it_was():
    before = copy.deepcopy(GRAPH)
    replaced(GRAPH, {"New", "Other"}, [ITEM])
    assert before == GRAPH


@pytest.mark.parametrize(
    "known", [{"Old", "New", "Other"}, {"Other"}], ids=["a host that has it", "no successor"]
)
def test_nothing_moves_where_the_old_block_lives_or_the_new_one_is_missing(known):
    assert replaced(GRAPH, known, [ITEM]) == GRAPH


@pytest.mark.parametrize(
    "damaged", [None, 3, [], {"class_type": "Old"}, {"class_type": ["Old"], "inputs": {}}]
)
def test_what_is_no_node_is_left_for_validation(damaged):
    assert replaced({"1": damaged}, {"New"}, [ITEM]) == {"1": damaged}


@pytest.mark.parametrize("item", REPLACEMENTS, ids=lambda item: item.old_id)
def test_a_replacement_names_inputs_and_outputs_that_exist(item):
    info = HibariTextToVideo.GET_NODE_INFO_V1()
    assert item.new_id == info["name"]
    known = {**info["input"]["required"], **info["input"]["optional"]}
    assert item.inputs.keys() <= known.keys()
    assert max(item.outputs) < len(info["output"])


def test_what_soras_block_offered_is_offered_still():
    info = HibariTextToVideo.GET_NODE_INFO_V1()["input"]
    sizes = info["required"]["size"][1]["options"]
    assert {"720x1280", "1280x720", "1024x1792", "1792x1024"} <= set(sizes)
    duration = info["required"]["duration"][1]
    assert duration["min"] <= 4
    assert duration["max"] >= 12
    assert SORA_2.old_widgets == ("model", "prompt", "size", "duration", "seed")
