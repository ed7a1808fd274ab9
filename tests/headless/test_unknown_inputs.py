from hibari.headless.unknown_inputs import unknown_inputs

INFOS = {"Size": {"input": {"required": {"width": ["INT"]}, "optional": {"refs": ["AUTOGROW"]}}}}


def graph(**inputs):
    return {"4": {"class_type": "Size", "inputs": inputs, "_meta": {"title": "Canvas"}}}


def test_a_mistyped_input_is_named_with_what_the_block_has():
    assert unknown_inputs(graph(width=3, wdith=4), INFOS) == [
        "node 4 (Canvas): it has no input 'wdith', which is ignored; it has width, refs"
    ]


def test_declared_and_growing_inputs_are_known():
    assert unknown_inputs(graph(**{"width": 3, "refs.r_0": ["1", 0]}), INFOS) == []


def test_unknown_blocks_are_left_to_validation():
    assert unknown_inputs({"1": {"class_type": "Nobody", "inputs": {"a": 1}}}, INFOS) == []
