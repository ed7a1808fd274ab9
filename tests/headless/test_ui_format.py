"""Saved editor graphs become API graphs: widgets, links, and what disappears on the way."""

from __future__ import annotations

import pytest
from hibari.headless.core_blocks import CORE_BLOCKS
from hibari.headless.engine import GraphError
from hibari.headless.ui_format import to_prompt
from hibari.headless.ui_widgets import widget_values
from hibari.host.embedded import io

from .fake_blocks import BLOCKS, block

CORE = {one.GET_SCHEMA().node_id: one for one in CORE_BLOCKS}
INFOS = {name: one.GET_NODE_INFO_V1() for name, one in (CORE | BLOCKS).items()}


def ui_node(node_id, kind, values=(), inputs=(), outputs=("INT",), **more):
    """A saved node; ``inputs`` are (name, type, link)."""
    return {
        "id": node_id,
        "type": kind,
        "mode": 0,
        "inputs": [{"name": n, "type": t, "link": link} for n, t, link in inputs],
        "outputs": [{"name": t, "type": t, "links": []} for t in outputs],
        "widgets_values": list(values),
        **more,
    }


def convert(*nodes, links=(), subgraphs=()):
    graph = {"nodes": list(nodes), "links": list(links), "version": 0.4}
    return to_prompt(graph | {"definitions": {"subgraphs": list(subgraphs)}}, INFOS)


def show(node_id, link):
    return ui_node(node_id, "Show", inputs=[("value", "*", link)], outputs=())


NUMBER = ui_node(1, "Number", [5])


def test_widgets_and_links_become_inputs():
    prompt = convert(NUMBER, show(2, 9), links=[[9, 1, 0, 2, 0, "INT"]])
    assert prompt["1"]["inputs"] == {"value": 5}
    assert prompt["2"] == {
        "class_type": "Show",
        "inputs": {"value": ["1", 0]},
        "_meta": {"title": "Show"},
    }


def test_a_title_of_the_users_own_is_kept():
    assert convert(NUMBER | {"title": "How many"})["1"]["_meta"]["title"] == "How many"


def test_a_link_wins_over_the_widget_behind_it():
    add = ui_node(2, "Add", [7, "double"], [("a", "INT", 9), ("b", "INT", 9)])
    prompt = convert(NUMBER, add, links=[[9, 1, 0, 2, 0, "INT"]])
    assert prompt["2"]["inputs"] == {"a": ["1", 0], "b": ["1", 0], "mode": "double"}


def test_notes_disappear_and_reroutes_are_passed():
    note = ui_node(7, "MarkdownNote", ["# hello"], outputs=())
    reroute = ui_node(3, "Reroute", inputs=[("", "*", 9)], outputs=("*",))
    links = [[9, 1, 0, 3, 0, "INT"], [10, 3, 0, 2, 0, "INT"]]
    prompt = convert(NUMBER, note, reroute, show(2, 10), links=links)
    assert sorted(prompt) == ["1", "2"]
    assert prompt["2"]["inputs"] == {"value": ["1", 0]}


def test_a_primitive_node_gives_its_value():
    primitive = ui_node(1, "PrimitiveNode", [42, "fixed"])
    number = ui_node(2, "Number", [0], [("value", "INT", 9)])
    number["inputs"][0]["widget"] = {"name": "value"}
    prompt = convert(primitive, number, links=[[9, 1, 0, 2, 0, "INT"]])
    assert prompt == {"2": prompt["2"]}
    assert prompt["2"]["inputs"] == {"value": 42}


def test_a_muted_node_takes_its_links_with_it():
    prompt = convert(NUMBER | {"mode": 2}, show(2, 9), links=[[9, 1, 0, 2, 0, "INT"]])
    assert prompt["2"]["inputs"] == {}


def test_a_bypassed_node_passes_the_first_matching_input():
    inputs = [("text", "STRING", None), ("n", "INT", 9)]
    bypassed = ui_node(3, "Anything", inputs=inputs, mode=4)
    links = [[9, 1, 0, 3, 1, "INT"], [10, 3, 0, 2, 0, "INT"]]
    prompt = convert(NUMBER, bypassed, show(2, 10), links=links)
    assert prompt["2"]["inputs"] == {"value": ["1", 0]}


def test_seed_and_upload_slots_do_not_shift_the_widgets_behind_them():
    @block("Seeded", [io.Int.Input("seed"), io.Int.Input("steps"), io.Float.Input("cfg")])
    class Seeded(io.ComfyNode):
        @classmethod
        def execute(cls, **_):
            pass

    info = Seeded.GET_NODE_INFO_V1()
    assert widget_values(info, [7, "randomize", 20, 3.5]) == {"seed": 7, "steps": 20, "cfg": 3.5}
    assert widget_values(info, [7, 20, 3.5]) == {"seed": 7, "steps": 20, "cfg": 3.5}
    assert widget_values(INFOS["LoadImage"], ["a.png", "image"]) == {"image": "a.png"}


def test_widgets_that_a_file_lacks_get_their_defaults():
    assert widget_values(INFOS["Add"], []) == {"b": 0, "mode": "plain"}


def test_nested_widgets_follow_their_choice():
    values = widget_values(INFOS["Grow"], ["scale", 3])
    assert values == {"mode": "scale", "mode.by": 3}
    assert widget_values(INFOS["SaveVideo"], ["clip", "mp4", "auto"])["format.codec"] == "auto"


def test_widgets_by_name_and_lists_are_taken_as_they_are():
    prompt = convert(NUMBER | {"widgets_values": {"value": [1, 2]}})
    assert prompt["1"]["inputs"] == {"value": {"__value__": [1, 2]}}


def test_an_unknown_block_keeps_links_and_named_widgets():
    unknown = ui_node(2, "Foreign", [3, "x"], [("in", "INT", 9), ("n", "INT", None)])
    unknown["inputs"][1]["widget"] = {"name": "n"}
    prompt = convert(NUMBER, unknown, links=[[9, 1, 0, 2, 0, "INT"]])
    assert prompt["2"]["inputs"] == {"in": ["1", 0], "n": 3}


def subgraph(**changed):
    """Add with its input ``a`` outside, its widget ``b`` promoted, and its output outside."""
    add = ui_node(5, "Add", [1, "plain"], [("a", "INT", 1), ("b", "INT", 2)])
    add["inputs"][1]["widget"] = {"name": "b"}
    links = [
        {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 5, "target_slot": 0},
        {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 5, "target_slot": 1},
        {"id": 3, "origin_id": 5, "origin_slot": 0, "target_id": -20, "target_slot": 0},
    ]
    inputs = [{"name": "a", "type": "INT"}, {"name": "b", "type": "INT"}]
    definition = {"id": "sub", "nodes": [add], "links": [x | {"type": "INT"} for x in links]}
    return definition | {"inputs": inputs, "outputs": [{"name": "sum"}]} | changed


def test_subgraphs_are_unfolded_with_their_promoted_widgets():
    host = ui_node(3, "sub", [40], [("a", "INT", 9)])
    links = [[9, 1, 0, 3, 0, "INT"], [10, 3, 0, 2, 0, "INT"]]
    prompt = convert(NUMBER, host, show(2, 10), links=links, subgraphs=[subgraph()])
    assert sorted(prompt) == ["1", "2", "3:5"]
    assert prompt["3:5"]["inputs"] == {"a": ["1", 0], "b": 40, "mode": "plain"}
    assert prompt["2"]["inputs"] == {"value": ["3:5", 0]}


def test_a_subgraph_without_promoted_values_uses_those_inside():
    host = ui_node(3, "sub", [], [("a", "INT", None)])
    prompt = convert(host, subgraphs=[subgraph()])
    assert prompt["3:5"]["inputs"] == {"b": 1, "mode": "plain"}


def test_a_subgraph_inside_itself_is_refused():
    own = subgraph(nodes=[ui_node(5, "sub")], links=[])
    with pytest.raises(GraphError, match="a subgraph contains itself"):
        convert(ui_node(3, "sub"), subgraphs=[own])


def test_reroutes_in_a_circle_are_refused():
    one = ui_node(3, "Reroute", inputs=[("", "*", 10)], outputs=("*",))
    two = ui_node(4, "Reroute", inputs=[("", "*", 9)], outputs=("*",))
    links = [[9, 3, 0, 4, 0, "*"], [10, 4, 0, 3, 0, "*"]]
    with pytest.raises(GraphError, match="form a circle"):
        convert(one, two, show(2, 10), links=links)


@pytest.mark.parametrize("nodes", [[{"id": 1}], [5], [ui_node(1, "Number") | {"inputs": [{}]}]])
def test_a_damaged_graph_is_refused_in_a_sentence(nodes):
    with pytest.raises(GraphError, match="the graph is damaged"):
        to_prompt({"nodes": nodes, "links": []}, INFOS)
