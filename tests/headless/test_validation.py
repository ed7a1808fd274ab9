"""Validation: ComfyUI's error types and shape, everything at once, and a sentence for each."""

from __future__ import annotations

import asyncio

import pytest
from hibari.headless.engine.blocks import Blocks
from hibari.headless.engine.graph import checked_prompt
from hibari.headless.engine.problem import sentence, types_overlap
from hibari.headless.engine.validation import validate

from .fake_blocks import BLOCKS, node


def check(graph, targets=None):
    prompt = checked_prompt(graph)
    result = asyncio.run(validate(prompt, Blocks(BLOCKS), targets))
    return result, prompt


def types(result, node_id):
    return [error["type"] for error in result.node_errors[node_id]["errors"]]


def with_source(source):
    return {"1": source, "2": node("Show", value=["1", 0])}


@pytest.mark.parametrize(
    ("source", "kind", "words"),
    [
        (node("Number"), "required_input_missing", "'value' is missing"),
        (node("Number", value=-3), "value_smaller_than_min", "is -3; use 0 or more"),
        (node("Number", value=101), "value_bigger_than_max", "is 101; use 100 or less"),
        (node("Number", value="abc"), "invalid_input_type", "'abc', which is no INT"),
        (node("Number", value=[1, 2, 3]), "bad_linked_input", "a link is"),
        (node("Add", a=1, mode="triple"), "value_not_in_list", "use one of: plain, double"),
        (node("Strict", name="bad"), "custom_validation_failed", "'bad' is not good; use 'good'"),
        (node("Number", value=["9", 0]), "exception_during_inner_validation", "node 9, which is"),
        (node("Number", value=["1", 4]), "exception_during_inner_validation", "has outputs 0 to 0"),
        (node("Number", value=[1, 0]), "exception_during_inner_validation", "id as text"),
    ],
)
def test_each_bad_input_has_its_type_and_a_sentence(source, kind, words):
    result, prompt = check(with_source(source))
    assert types(result, "1") == [kind]
    assert result.error["type"] == "prompt_outputs_failed_validation"
    (problem,) = result.problems(prompt)
    assert problem.startswith("node 1 (")
    assert words in problem


def test_errors_have_comfyuis_shape():
    result, _ = check(with_source(node("Number", value=-3)))
    entry = result.node_errors["1"]
    assert entry["class_type"] == "Number"
    assert entry["dependent_outputs"] == ["2"]
    (error,) = entry["errors"]
    assert error["message"] == "Value -3 smaller than min of 0"
    assert error["details"] == "value"
    assert error["extra_info"]["input_name"] == "value"
    assert error["extra_info"]["received_value"] == -3
    assert error["extra_info"]["input_config"] == ["INT", {"default": 1, "min": 0, "max": 100}]


def test_only_the_node_with_the_error_is_reported_not_what_follows():
    result, _ = check(with_source(node("Number")))
    assert list(result.node_errors) == ["1"]
    assert result.error["details"] == ""


def test_all_problems_of_all_nodes_are_reported_at_once():
    result, prompt = check(
        {
            "1": node("Number", value=-3),
            "2": node("Add", a=["1", 0], mode="triple"),
            "3": node("Show", value=["2", 0]),
            "4": node("Nonsense"),
            "5": node("Other"),
        }
    )
    assert sorted(result.node_errors) == ["1", "2", "4", "5"]
    assert result.error["type"] == "missing_node_type"
    assert result.error["extra_info"]["class_type"] == "Nonsense"
    assert len(result.problems(prompt)) == 4


def test_one_good_output_is_enough():
    result, _ = check({"1": node("Show"), "2": node("Show", value=1)})
    assert result.valid
    assert result.outputs == ["2"]
    assert list(result.node_errors) == ["1"]


def test_a_type_mismatch_is_reported_at_the_input():
    graph = {"1": node("Text", text="x"), "2": node("Add", a=["1", 0])}
    result, prompt = check({**graph, "3": node("Show", value=["2", 0])})
    assert types(result, "2") == ["return_type_mismatch"]
    info = result.node_errors["2"]["errors"][0]["extra_info"]
    assert (info["received_type"], info["linked_node"]) == ("STRING", ["1", 0])
    assert "takes INT but is linked to STRING" in result.problems(prompt)[0]


def test_a_cycle_is_reported_on_every_node_of_it():
    result, prompt = check(
        {
            "1": node("Add", a=["2", 0]),
            "2": node("Add", a=["1", 0]),
            "3": node("Show", value=["1", 0]),
        }
    )
    assert types(result, "1") == types(result, "2") == ["dependency_cycle"]
    assert result.node_errors["1"]["errors"][0]["extra_info"]["cycle_nodes"] == ["1", "2"]
    assert "form a cycle, 1 (Add) -> 2 (Add) -> 1 (Add)" in result.problems(prompt)[0]


def test_a_graph_without_outputs_is_refused():
    result, prompt = check({"1": node("Number", value=1)})
    assert result.error["type"] == "prompt_no_outputs"
    assert "no output block" in result.problems(prompt)[0]


def test_a_node_without_a_class_is_refused():
    result, _ = check({"1": {"inputs": {}}, "2": node("Show", value=1)})
    assert result.error["type"] == "missing_node_type"
    assert "has no class_type" in result.error["message"]


def test_constants_are_converted_in_place_and_wrapped_lists_unwrapped():
    graph = {"1": node("Number", value="3"), "2": node("Text", text=5)}
    graph["3"] = node("Show", value={"__value__": [1, 2, 3]})
    graph["4"], graph["5"] = node("Show", value=["1", 0]), node("Show", value=["2", 0])
    result, prompt = check(graph)
    assert result.valid
    assert prompt["1"]["inputs"]["value"] == 3
    assert prompt["2"]["inputs"]["text"] == "5"
    assert prompt["3"]["inputs"]["value"] == [1, 2, 3]


def test_dynamic_inputs_are_checked_for_the_values_given():
    result, _ = check(with_source(node("Grow", mode="scale", mode__by=0)))
    errors = result.node_errors["1"]["errors"]
    assert [(e["type"], e["extra_info"]["input_name"]) for e in errors] == [
        ("required_input_missing", "refs.r_0"),
        ("value_smaller_than_min", "mode.by"),
    ]


def test_an_upstream_problem_names_the_outputs_that_depend_on_it():
    graph = {"1": node("Number"), "2": node("Show", value=["1", 0]), "3": node("Show")}
    result, _ = check({**graph, "4": node("Show", value=["1", 0])})
    assert result.node_errors["1"]["dependent_outputs"] == ["2", "4"]
    assert result.node_errors["3"]["dependent_outputs"] == ["3"]


@pytest.mark.parametrize(
    ("received", "wanted", "fits"),
    [
        ("IMAGE", "IMAGE", True),
        ("IMAGE", "MASK", False),
        ("*", "MASK", True),
        ("IMAGE", "*", True),
        ("FLOAT,INT", "INT, STRING", True),
        ("COMFY_MATCHTYPE_V3", "IMAGE", True),
    ],
)
def test_types_overlap_as_in_comfyui(received, wanted, fits):
    assert types_overlap(received, wanted) is fits


def test_an_error_of_an_unknown_type_still_becomes_a_sentence():
    assert sentence({"type": "new", "message": "Odd", "details": "thing"}) == "Odd: thing"
