"""Ten-line blocks for the engine's tests; ``calls`` records every execution."""

from __future__ import annotations

import asyncio

from hibari.host.embedded import io
from hibari.host.embedded.progress import ProgressBar, interrupt

calls: list[tuple[str, object]] = []


def block(node_id, inputs=(), outputs=(), **options):
    """Class decorator: declare a fake block."""

    def declare(cls):
        def define_schema(_cls):
            return io.Schema(node_id=node_id, inputs=list(inputs), outputs=list(outputs), **options)

        cls.define_schema = classmethod(define_schema)
        return cls

    return declare


@block("Number", [io.Int.Input("value", default=1, min=0, max=100)], [io.Int.Output("number")])
class Number(io.ComfyNode):
    @classmethod
    def execute(cls, value):
        calls.append(("Number", value))
        return io.NodeOutput(value)


@block(
    "Add",
    [
        io.Int.Input("a", force_input=True),
        io.Int.Input("b", default=0, optional=True),
        io.Combo.Input("mode", options=["plain", "double"], optional=True),
    ],
    [io.Int.Output("sum")],
)
class Add(io.ComfyNode):
    @classmethod
    def execute(cls, a, b=0, mode="plain"):
        calls.append(("Add", (a, b)))
        return io.NodeOutput((a + b) * (2 if mode == "double" else 1))


@block("Text", [io.String.Input("text", multiline=True)], [io.String.Output("text")])
class Text(io.ComfyNode):
    @classmethod
    def execute(cls, text):
        return io.NodeOutput(text)


@block("Show", [io.AnyType.Input("value")], is_output_node=True)
class Show(io.ComfyNode):
    @classmethod
    def execute(cls, value):
        calls.append(("Show", value))
        return io.NodeOutput(ui={"value": [value]})


@block(
    "Choose",
    [
        io.Boolean.Input("first", default=True),
        io.Int.Input("a", lazy=True, force_input=True),
        io.Int.Input("b", lazy=True, force_input=True),
    ],
    [io.Int.Output("chosen")],
)
class Choose(io.ComfyNode):
    @classmethod
    def check_lazy_status(cls, first, a=None, b=None):
        return ["a"] if first and a is None else ["b"] if not first and b is None else []

    @classmethod
    def execute(cls, first, a=None, b=None):
        calls.append(("Choose", (a, b)))
        return io.NodeOutput(a if first else b)


@block("Range", [io.Int.Input("count")], [io.Int.Output("items", is_output_list=True)])
class Range(io.ComfyNode):
    @classmethod
    def execute(cls, count):
        return io.NodeOutput(list(range(count)))


@block("Sum", [io.Int.Input("items"), io.Int.Input("start")], [io.Int.Output()], is_input_list=True)
class Sum(io.ComfyNode):
    @classmethod
    def execute(cls, items, start):
        calls.append(("Sum", (items, start)))
        return io.NodeOutput(sum(items) + start[0])


@block("Stop", [io.Int.Input("value")], [io.Int.Output(), io.Int.Output("second")])
class Stop(io.ComfyNode):
    @classmethod
    def execute(cls, value):
        return io.NodeOutput(block_execution="because") if value else io.NodeOutput(1, 2)


@block("Fail", [io.Int.Input("value")], [io.Int.Output()])
class Fail(io.ComfyNode):
    errors = {0: RuntimeError("it broke"), 1: MemoryError("tried 1 GiB")}
    errors[2] = OSError(28, "No space left on device", "/out/clip.mp4")
    errors[3] = PermissionError(13, "Permission denied", "/out")

    @classmethod
    def execute(cls, value):
        raise cls.errors[value]


@block("Work", [io.Int.Input("steps")], [io.Int.Output()])
class Work(io.ComfyNode):
    @classmethod
    def execute(cls, steps):
        bar = ProgressBar(steps)
        for step in range(steps):
            if step == 2:
                interrupt()
            bar.update(1)
        return io.NodeOutput(steps)


@block("Wait", [io.Int.Input("value")], [io.Int.Output()])
class Wait(io.ComfyNode):
    @classmethod
    async def execute(cls, value):
        calls.append(("Wait started", value))
        await asyncio.sleep(0.02)
        calls.append(("Wait ended", value))
        return io.NodeOutput(value)


@block("Changing", [io.Int.Input("value")], [io.Int.Output()])
class Changing(io.ComfyNode):
    state = {"fingerprint": 0}

    @classmethod
    def fingerprint_inputs(cls, value):
        return cls.state["fingerprint"]

    @classmethod
    def execute(cls, value):
        calls.append(("Changing", value))
        return io.NodeOutput(value)


@block(
    "Grow",
    [
        io.Autogrow.Input(
            "refs", io.Autogrow.TemplatePrefix(io.Int.Input("n"), prefix="r_", min=1, max=3)
        ),
        io.DynamicCombo.Input(
            "mode",
            options=[
                io.DynamicCombo.Option("scale", [io.Int.Input("by", min=1)]),
                io.DynamicCombo.Option("plain", []),
            ],
        ),
    ],
    [io.Int.Output()],
)
class Grow(io.ComfyNode):
    @classmethod
    def execute(cls, refs, mode=None):
        calls.append(("Grow", (refs, mode)))
        return io.NodeOutput(sum(refs.values()) * (mode or {}).get("by", 1))


@block("Strict", [io.String.Input("name")], [io.Int.Output()])
class Strict(io.ComfyNode):
    @classmethod
    def validate_inputs(cls, name):
        return True if name in (None, "good") else f"{name!r} is not good; use 'good'"

    @classmethod
    def execute(cls, name):
        return io.NodeOutput(len(name))


@block(
    "Hidden",
    [],
    [io.String.Output()],
    is_output_node=True,
    hidden=[io.Hidden.unique_id],
)
class Hidden(io.ComfyNode):
    @classmethod
    def execute(cls):
        hidden = cls.hidden
        workflow = (hidden.extra_pnginfo or {}).get("workflow")
        return io.NodeOutput(
            hidden.unique_id, ui={"hidden": [hidden.unique_id, sorted(hidden.prompt), workflow]}
        )


@block("Vandal", [io.Int.Input("value")], [io.Int.Output()])
class Vandal(io.ComfyNode):
    @classmethod
    def execute(cls, value):
        cls.memory = value
        return io.NodeOutput(value)


ALL = (Number, Add, Text, Show, Choose, Range, Sum, Stop, Fail, Work, Wait, Changing)
ALL += (Grow, Strict, Hidden, Vandal)
BLOCKS = {one.GET_SCHEMA().node_id: one for one in ALL}


def node(class_type, **inputs):
    """A graph node; ``refs__r_0=...`` becomes the dotted input ``refs.r_0``."""
    dotted = {name.replace("__", "."): value for name, value in inputs.items()}
    return {"class_type": class_type, "inputs": dotted, "_meta": {"title": class_type}}
