"""The story of a file is collected upstream, sources first, with what only the run knew."""

import pytest
from hibari.trust.credentials.contribution import Contribution, contributions_of, upstream_ids
from hibari.trust.credentials.facts import facts_of, forget_facts, record_fact

GRAPH = {
    "1": {"class_type": "Model", "inputs": {"name": "a.safetensors"}},
    "2": {"class_type": "Text", "inputs": {"clip": ["1", 1], "text": "a ball"}},
    "3": {
        "class_type": "Sample",
        "inputs": {"model": ["1", 0], "positive": ["2", 0], "size": [4, 5, 6]},
    },
    "9": {"class_type": "Save", "inputs": {"images": ["3", 0]}},
    "7": {"class_type": "Text", "inputs": {"text": "not upstream"}},
}


class Model:
    @classmethod
    def contributes(cls, inputs):
        return [Contribution("model", {"name": inputs["name"]})]


class Text:
    @classmethod
    def contributes(cls, inputs):
        return [Contribution("prompt", {"text": inputs["text"]})]


CLASSES = {"Model": Model, "Text": Text}


@pytest.fixture(autouse=True)
def _no_facts():
    forget_facts()
    yield
    forget_facts()


def test_only_what_is_upstream_is_told_and_sources_come_first():
    assert upstream_ids(GRAPH, "9") == ["1", "2", "3", "9"]
    told = contributions_of(GRAPH, "9", CLASSES.get)
    assert [(part.kind, *part.details.values()) for part in told] == [
        ("model", "a.safetensors"),
        ("prompt", "a ball"),
    ]


def test_a_fact_of_a_run_joins_what_the_block_tells():
    record_fact("1", "model", {"sha256": "ab"}, graph=GRAPH)
    told = contributions_of(GRAPH, "9", CLASSES.get)
    assert Contribution("model", {"sha256": "ab"}) in told


def test_a_fact_of_other_inputs_is_not_told():
    record_fact("2", "guard", {"allowed": True}, graph=GRAPH)
    changed = {**GRAPH, "2": {**GRAPH["2"], "inputs": {"clip": ["1", 1], "text": "a cube"}}}
    assert facts_of("2", GRAPH)
    assert not facts_of("2", changed)


def test_a_new_fact_replaces_the_old_one_but_not_that_of_another_slot():
    record_fact("5", "watermark", {"identifier": "1"}, slot="0")
    record_fact("5", "watermark", {"identifier": "2"}, slot="0")
    record_fact("5", "watermark", {"identifier": "3"}, slot="1")
    assert [fact.details["identifier"] for fact in facts_of("5")] == ["2", "3"]


def test_the_ledger_is_bounded():
    for number in range(5000):
        record_fact(str(number), "guard", {})
    assert not facts_of("0")
    assert facts_of("4999")


def test_unknown_kinds_and_values_that_json_cannot_hold_are_refused():
    with pytest.raises(ValueError, match="'modell' is unknown; use one of model"):
        Contribution("modell")
    with pytest.raises(ValueError, match="not plain JSON"):
        Contribution("model", {"sha256": b"ab"})


def test_a_loop_in_a_graph_ends_the_walk():
    loop = {
        "1": {"class_type": "A", "inputs": {"x": ["2", 0]}},
        "2": {"class_type": "B", "inputs": {"x": ["1", 0]}},
    }
    assert set(upstream_ids(loop, "1")) == {"1", "2"}
