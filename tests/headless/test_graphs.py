"""The conformance graphs here, without ComfyUI; tests/host runs the same files in both hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hibari.headless.core_blocks import CORE_BLOCKS
from hibari.headless.engine import Engine
from hibari.headless.engine.graph import MAX_GRAPH_BYTES, GraphError, read_graph_file

GRAPHS = Path(__file__).with_name("graphs")
TEXTS = {
    "values of every kind": ["41", "0.5", "a word", "two\nlines", "True"],
    "values are converted to the declared type": ["3", "2.0", "7", "True"],
    "only what an output needs runs": ["1"],
    "a value shared by several outputs is made once": ["shared", "shared", "shared"],
    "inputs that a block does not know are ignored": ["1"],
    "a list as a value is wrapped": ['[\n    1,\n    "two",\n    3.5\n]'],
    "a good output runs although another is refused": ["good"],
}
TYPES = {
    "refused - required input missing": {"1": ["required_input_missing"]},
    "refused - below the minimum": {"1": ["value_smaller_than_min"]},
    "refused - above the maximum": {"1": ["value_bigger_than_max"]},
    "refused - not a number": {"1": ["invalid_input_type"]},
    "refused - a link of another type": {"2": ["return_type_mismatch"]},
    "refused - a link of three parts": {"1": ["bad_linked_input"]},
    "refused - a link to nothing": {"1": ["exception_during_validation"]},
    "refused - a link to a missing slot": {"2": ["exception_during_validation"]},
    "refused - a link with a number as id": {"2": ["exception_during_validation"]},
    "refused - a cycle": {key: ["dependency_cycle"] for key in "123"},
    "refused - a node linked to itself": {"1": ["dependency_cycle"]},
    "refused - no output": {},
    "refused - several problems in one graph": {
        "1": ["value_smaller_than_min", "value_bigger_than_max", "required_input_missing"],
        "2": ["required_input_missing"],
    },
    "refused - a file that is not there": {"1": ["custom_validation_failed"]},
}


@pytest.fixture(scope="module")
def engine():
    return Engine({block.GET_SCHEMA().node_id: block for block in CORE_BLOCKS})


def read(name):
    return json.loads((GRAPHS / f"{name}.json").read_text("utf-8"))


def test_every_graph_file_has_its_expectation():
    assert {path.stem for path in GRAPHS.glob("*.json")} == {*TEXTS, *TYPES}


@pytest.mark.parametrize("name", TEXTS)
def test_a_graph_shows_what_it_should(engine, name):
    result = engine.run(read(name))
    assert result.success
    shown = [text for _, ui in sorted(result.outputs.items()) for text in ui["text"]]
    assert shown == TEXTS[name]


@pytest.mark.parametrize("name", TYPES)
def test_a_graph_is_refused_with_comfyuis_types(engine, name):
    result = engine.run(read(name))
    assert not result.validation.valid
    assert {
        node_id: [error["type"] for error in entry["errors"]]
        for node_id, entry in result.validation.node_errors.items()
    } == TYPES[name]


def test_a_file_too_large_to_be_a_graph_is_refused_without_being_read(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(MAX_GRAPH_BYTES + 1)
    with pytest.raises(GraphError, match=r"huge\.json is larger than 64 MiB; that is no graph$"):
        read_graph_file(path)
