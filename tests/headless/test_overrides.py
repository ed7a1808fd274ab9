"""``--set NODE.INPUT=VALUE`` finds its node and gives the value the declared type."""

from __future__ import annotations

import pytest
from hibari.headless.engine import GraphError
from hibari.headless.overrides import apply_overrides

from .fake_blocks import BLOCKS, node

INFOS = {name: block.GET_NODE_INFO_V1() for name, block in BLOCKS.items()}


def graph():
    return {
        "1": node("Number", value=1),
        "2": node("Choose", first=True, a=["1", 0], b=["1", 0]),
        "3": node("Text", text="x") | {"_meta": {"title": "My v1.0 prompt"}},
        "4": node("Grow", mode="plain", refs__r_0=1),
        "5": node("Number", value=2),
    }


def changed(*settings):
    prompt = graph()
    apply_overrides(prompt, settings, INFOS)
    return prompt


@pytest.mark.parametrize(
    ("setting", "place", "value"),
    [
        ("1.value=7", ("1", "value"), 7),
        ("1.value=many", ("1", "value"), "many"),
        ("2.first=false", ("2", "first"), False),
        ("Choose.first=off", ("2", "first"), False),
        ("my V1.0 prompt.text=a=b. c", ("3", "text"), "a=b. c"),
        ("3.text=42", ("3", "text"), "42"),
        ("4.refs.r_0=9", ("4", "refs.r_0"), 9),
        ('2.a=["5", 0]', ("2", "a"), ["5", 0]),
    ],
)
def test_a_value_arrives_with_its_type(setting, place, value):
    node_id, name = place
    assert changed(setting)[node_id]["inputs"][name] == value


def test_a_later_setting_wins():
    assert changed("1.value=7", "1.value=8")["1"]["inputs"] == {"value": 8}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("1.value", "is no NODE.INPUT=VALUE"),
        ("value=3", "is no NODE.INPUT=VALUE"),
        ("9.value=3", r"names no node of the graph; it has node 1 \(Number\)"),
        ("1.size=3", r"node 1 \(Number\) has no input 'size'; it has value"),
        ("Number.value=3", "nodes 1, 5 are called 'Number'; use the id"),
    ],
)
def test_a_setting_that_fits_nothing_is_refused(setting, words):
    with pytest.raises(GraphError, match=words):
        changed(setting)


def test_all_bad_settings_are_named_at_once():
    with pytest.raises(GraphError) as caught:
        changed("9.value=3", "1.value=7", "1.size=3")
    assert len(caught.value.problems) == 2
