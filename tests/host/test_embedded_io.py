"""The block contract without ComfyUI: node information, dynamic inputs, outputs, replacements."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hibari.host.embedded import io
from hibari.host.embedded.dynamic import expand_inputs, nest_inputs
from hibari.host.embedded.node import ExecutionBlocker, locked_clone


def declared(*inputs, outputs=(), **options):
    class Block(io.ComfyNode):
        @classmethod
        def define_schema(cls):
            return io.Schema(node_id="Block", inputs=list(inputs), outputs=list(outputs), **options)

        @classmethod
        def execute(cls, **values):
            return io.NodeOutput(values)

    return Block


def options_of(item):
    return declared(item).GET_NODE_INFO_V1()["input"]["required"][item.id]


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (
            io.Int.Input("n", default=1, min=0, display_mode=io.NumberDisplay.slider),
            ("INT", {"default": 1, "min": 0, "display": "slider"}),
        ),
        (io.Float.Input("x", round=0.01), ("FLOAT", {"round": 0.01})),
        (
            io.String.Input("s", multiline=True, dynamic_prompts=True),
            ("STRING", {"multiline": True, "dynamicPrompts": True}),
        ),
        (io.Boolean.Input("b", label_on="yes"), ("BOOLEAN", {"label_on": "yes"})),
        (
            io.Combo.Input("c", ["a"], upload=io.UploadType.image),
            ("COMBO", {"options": ["a"], "multiselect": False, "image_upload": True}),
        ),
        (
            io.Combo.Input("e", io.FolderType, default=io.FolderType.temp),
            (
                "COMBO",
                {"options": ["input", "output", "temp"], "multiselect": False, "default": "temp"},
            ),
        ),
        (io.Image.Input("i", lazy=True, raw_link=True), ("IMAGE", {"lazy": True, "rawLink": True})),
        (io.Custom("HIBARI_CAMEO").Input("h", extra_dict={"a": 1}), ("HIBARI_CAMEO", {"a": 1})),
        (
            io.MultiType.Input(io.Float.Input("m", default=1.0), [io.Int, io.Image]),
            ("FLOAT,INT,IMAGE", {"default": 1.0, "widgetType": "FLOAT"}),
        ),
    ],
)
def test_inputs_show_comfyuis_type_and_options(item, shown):
    assert options_of(item) == shown


def test_node_information_has_the_shape_of_object_info():
    template = io.MatchType.Template("T", [io.Image, io.Mask])
    info = declared(
        io.MatchType.Input("a", template),
        io.Int.Input("n", optional=True),
        outputs=[io.MatchType.Output(template), io.Latent.Output("latent", tooltip="joint")],
        is_output_node=True,
    ).GET_NODE_INFO_V1()
    assert info["input_order"] == {
        "required": ["a"],
        "optional": ["n"],
        "hidden": ["prompt", "extra_pnginfo"],
    }
    assert info["output"] == ["COMFY_MATCHTYPE_V3", "LATENT"]
    assert info["output_name"] == ["MATCHTYPE", "latent"]
    assert info["output_matchtypes"] == ["T", None]
    assert info["output_node"] is True


def test_two_inputs_of_one_id_are_refused():
    with pytest.raises(ValueError, match=r"Input ids of Block must be unique, not \['n'\]"):
        declared(io.Int.Input("n"), io.Float.Input("n")).GET_SCHEMA()


REFS = io.Autogrow.Input("refs", io.Autogrow.TemplatePrefix(io.Image.Input("i"), "r_", 2, 3))
MODE = io.DynamicCombo.Input(
    "mode",
    [
        io.DynamicCombo.Option("a", [io.Int.Input("k"), io.Float.Input("x", optional=True)]),
        io.DynamicCombo.Option("b", []),
    ],
)


def test_an_autogrow_requires_its_first_inputs_and_offers_the_rest():
    found = expand_inputs([REFS], {"refs.r_1": ["1", 0]})
    assert list(found.required) == ["refs.r_0", "refs.r_1"]
    assert list(found.optional) == ["refs.r_2"]
    assert nest_inputs({"refs.r_1": 5}, found) == {"refs": {"r_1": 5}}


def test_an_autogrow_without_values_is_an_empty_dict():
    assert nest_inputs({}, expand_inputs([REFS], {})) == {"refs": {}}


def test_a_choice_brings_its_own_inputs():
    live = {"mode": "a", "mode.k": 7, "plain": 1}
    found = expand_inputs([MODE, io.Int.Input("plain")], live)
    assert sorted(found.required) == ["mode", "mode.k", "plain"]
    assert nest_inputs(live, found) == {"plain": 1, "mode": {"mode": "a", "k": 7, "x": None}}


def test_an_unknown_choice_brings_nothing():
    assert expand_inputs([MODE], {"mode": "z"}).required == {}


def test_lazy_checks_receive_values_with_their_paths():
    found = expand_inputs([REFS], {"refs.r_0": None})
    assert nest_inputs({"refs.r_0": None}, found, with_path=True) == {
        "refs": {"r_0": (None, "refs.r_0")}
    }


@pytest.mark.parametrize(
    ("returned", "result"),
    [
        (None, None),
        ((1, 2), (1, 2)),
        ({"result": (3,), "ui": {"a": [1]}}, (3,)),
        (io.NodeOutput(4), (4,)),
    ],
)
def test_whatever_a_block_returns_becomes_an_output(returned, result):
    assert io.NodeOutput.normalized(returned).result == result


def test_a_blocker_stays_one():
    blocker = ExecutionBlocker(None)
    assert io.NodeOutput.normalized(blocker).args == (blocker,)


def test_something_else_is_no_output():
    with pytest.raises(TypeError, match=r"execute returned int; return io.NodeOutput"):
        io.NodeOutput.normalized(3)


def test_the_class_of_a_running_block_is_locked():
    clone = locked_clone(declared(), io.HiddenHolder(unique_id="5"))
    assert clone.hidden.unique_id == "5"
    assert clone.hidden.never_asked_for is None
    with pytest.raises(AttributeError, match="locked while it runs"):
        clone.memory = 1


def test_replacements_are_json():
    replace = io.NodeReplace("New", "Old", input_mapping=[{"new_id": "a", "old_id": "b"}])
    assert replace.as_dict()["input_mapping"] == [{"new_id": "a", "old_id": "b"}]


def test_describing_blocks_does_not_import_torch():
    code = "import sys, hibari.host; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
