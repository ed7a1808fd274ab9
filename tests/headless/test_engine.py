"""The engine keeps ComfyUI's execution semantics (only what is needed, lists, lazy, caching)."""

from __future__ import annotations

import re
import time

import pytest
from hibari.headless.engine import Engine, GraphError

from .fake_blocks import BLOCKS, Changing, calls, node


@pytest.fixture
def engine():
    calls.clear()
    return Engine(BLOCKS)


def shown(result, node_id):
    return result.outputs[node_id]["value"]


def called(name):
    return [value for who, value in calls if who == name]


def test_only_ancestors_of_outputs_run_in_order_of_need(engine):
    result = engine.run(
        {
            "1": node("Number", value=2),
            "2": node("Number", value=3),
            "3": node("Add", a=["1", 0], b=40),
            "4": node("Show", value=["3", 0]),
        }
    )
    assert result.success
    assert shown(result, "4") == [42]
    assert result.executed == ["1", "3", "4"]


def test_targets_limit_the_outputs(engine):
    graph = {"1": node("Show", value=1), "2": node("Show", value=2)}
    assert engine.run(graph, targets=["2"]).executed == ["2"]


def test_a_second_run_reuses_results_and_shows_them_again(engine):
    graph = {"1": node("Number", value=2), "2": node("Show", value=["1", 0])}
    engine.run(graph)
    again = engine.run({"7": graph["1"], "8": node("Show", value=["7", 0])})
    assert again.executed == []
    assert sorted(again.cached) == ["7", "8"]
    assert shown(again, "8") == [2]


def test_a_changed_input_reruns_only_what_follows(engine):
    def graph(b):
        return {
            "1": node("Number", value=2),
            "2": node("Add", a=["1", 0], b=b),
            "3": node("Show", value=["2", 0]),
        }

    engine.run(graph(1))
    assert engine.run(graph(5)).executed == ["2", "3"]


def test_a_changed_fingerprint_reruns_the_block_and_what_follows(engine):
    graph = {"1": node("Changing", value=1), "2": node("Show", value=["1", 0])}
    engine.run(graph)
    assert engine.run(graph).executed == []
    Changing.state["fingerprint"] += 1
    assert engine.run(graph).executed == ["1", "2"]


def test_without_keeping_results_every_run_starts_afresh_and_frees_intermediates():
    engine = Engine(BLOCKS, keep_results=False)
    graph = {"1": node("Number", value=2), "2": node("Show", value=["1", 0])}
    assert engine.run(graph).executed == ["1", "2"]
    assert engine.cache.get("1").outputs == []
    assert engine.run(graph).executed == ["1", "2"]


@pytest.mark.parametrize(("first", "taken"), [(True, "1"), (False, "2")])
def test_lazy_inputs_are_computed_only_when_asked_for(engine, first, taken):
    result = engine.run(
        {
            "1": node("Number", value=1),
            "2": node("Number", value=2),
            "3": node("Choose", first=first, a=["1", 0], b=["2", 0]),
            "4": node("Show", value=["3", 0]),
        }
    )
    assert result.executed == [taken, "3", "4"]
    assert shown(result, "4") == [int(taken)]


def test_list_outputs_map_over_blocks_and_short_lists_repeat_their_last_item(engine):
    result = engine.run(
        {
            "1": node("Range", count=3),
            "2": node("Range", count=2),
            "3": node("Add", a=["1", 0], b=["2", 0]),
            "4": node("Show", value=["3", 0]),
        }
    )
    assert called("Add") == [(0, 0), (1, 1), (2, 1)]
    assert shown(result, "4") == [0, 2, 3]


def test_blocks_that_take_lists_get_them_whole_in_one_call(engine):
    engine.run(
        {
            "1": node("Range", count=3),
            "2": node("Sum", items=["1", 0], start=10),
            "3": node("Show", value=["2", 0]),
        }
    )
    assert called("Sum") == [([0, 1, 2], [10])]
    assert called("Show") == [13]


def test_an_empty_list_calls_nothing(engine):
    result = engine.run({"1": node("Range", count=0), "2": node("Show", value=["1", 0])})
    assert result.success
    assert called("Show") == []


def test_a_blocked_output_skips_what_follows_and_the_run_still_succeeds(engine):
    result = engine.run(
        {
            "1": node("Stop", value=1),
            "2": node("Add", a=["1", 1]),
            "3": node("Show", value=["2", 0]),
            "4": node("Show", value=7),
        }
    )
    assert result.success
    assert result.blocked == ["because"]
    assert called("Show") == [7]
    assert called("Add") == []


def test_dynamic_inputs_arrive_as_dicts(engine):
    engine.run(
        {
            "1": node("Number", value=4),
            "2": node("Grow", refs__r_0=["1", 0], refs__r_2=5, mode="scale", mode__by=3),
            "3": node("Show", value=["2", 0]),
        }
    )
    assert called("Grow") == [({"r_0": 4, "r_2": 5}, {"mode": "scale", "by": 3})]
    assert called("Show") == [27]


def test_async_blocks_overlap(engine):
    engine.run(
        {
            "1": node("Wait", value=1),
            "2": node("Wait", value=2),
            "3": node("Add", a=["1", 0], b=["2", 0]),
            "4": node("Show", value=["3", 0]),
        }
    )
    assert [who for who, _ in calls[:4]] == ["Wait started"] * 2 + ["Wait ended"] * 2
    assert called("Show") == [3]


def test_unknown_constants_are_ignored_and_missing_optionals_not_passed(engine):
    graph = {"1": node("Add", a=["2", 0], colour="red"), "2": node("Number", value=1)}
    result = engine.run({**graph, "3": node("Show", value=["1", 0])})
    assert shown(result, "3") == [1]


def test_output_blocks_know_the_graph_and_the_editors_graph(engine):
    result = engine.run({"9": node("Hidden")}, workflow={"nodes": []})
    assert result.outputs["9"]["hidden"] == ["9", ["9"], {"nodes": []}]


def test_a_block_cannot_keep_state_on_its_class(engine):
    result = engine.run({"1": node("Vandal", value=1), "2": node("Show", value=["1", 0])})
    assert result.failure.exception_type == "AttributeError"
    assert "locked while it runs" in result.failure.exception_message


def test_a_failure_names_the_block_and_keeps_what_finished(engine):
    graph = {
        "1": node("Number", value=0),
        "2": node("Fail", value=["1", 0]),
        "3": node("Show", value=["2", 0]),
    }
    result = engine.run(graph)
    assert not result.success
    assert (result.failure.node_id, result.failure.node_type) == ("2", "Fail")
    assert result.failure.exception_message == "it broke"
    assert result.failure.current_inputs == {"value": [0]}
    assert result.executed == ["1"]
    assert engine.run(graph).cached == ["1"]


@pytest.mark.parametrize(
    ("kind", "message"),
    [(1, "ran out of memory .* smaller or shorter"), (2, "no space left to write /out/clip.mp4")],
)
def test_lack_of_memory_or_room_is_said_in_a_sentence(engine, kind, message):
    result = engine.run({"1": node("Fail", value=kind), "2": node("Show", value=["1", 0])})
    assert re.search(message, result.failure.exception_message)


def test_an_interruption_stops_the_run_and_the_next_one_is_not_affected(engine):
    graph = {"1": node("Work", steps=100), "2": node("Show", value=["1", 0])}
    result = engine.run(graph)
    assert result.interrupted
    assert result.failure is None
    assert engine.run({"1": node("Show", value=1)}).success


def test_events_have_comfyuis_names_and_order(engine):
    events = []
    graph = {"1": node("Number", value=2), "2": node("Show", value=["1", 0])}
    engine.run(graph, listener=lambda event, data: events.append((event, data.get("node"))))
    assert events == [
        ("execution_start", None),
        ("execution_cached", None),
        ("executing", "1"),
        ("executed", "1"),
        ("executing", "2"),
        ("executed", "2"),
        ("execution_success", None),
    ]


def test_the_given_graph_is_not_changed(engine):
    graph = {"1": node("Number", value="3"), "2": node("Show", value=["1", 0])}
    engine.run(graph)
    assert graph["1"]["inputs"] == {"value": "3"}


@pytest.mark.parametrize("graph", [{}, {"1": 5}, {"1": {"class_type": "Number", "inputs": []}}])
def test_something_that_is_no_graph_is_refused(engine, graph):
    with pytest.raises(GraphError, match=r"must be an object|is empty|no object"):
        engine.run(graph)


def test_a_long_chain_is_scheduled_quickly(engine):
    graph = {"0": node("Number", value=1)}
    graph |= {str(n): node("Add", a=[str(n - 1), 0]) for n in range(1, 150)}
    graph["end"] = node("Show", value=["149", 0])
    started = time.monotonic()
    assert engine.run(graph).success
    assert time.monotonic() - started < 5
