"""CLIP Text Encode and what changes a CONDITIONING: frame rate, nothing at all."""

from __future__ import annotations

from typing import Any

from ...host.embedded import io

Conditioning = list[list[Any]]


class CLIPTextEncode(io.ComfyNode):
    """A prompt as CONDITIONING."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="CLIPTextEncode",
            display_name="CLIP Text Encode (Prompt)",
            category="model/conditioning",
            inputs=[
                io.String.Input("text", multiline=True, dynamic_prompts=True),
                io.Clip.Input("clip", tooltip="Text encoder."),
            ],
            outputs=[io.Conditioning.Output()],
        )

    @classmethod
    def execute(cls, text: str, clip: Any) -> io.NodeOutput:
        """Return CONDITIONING."""
        if clip is None:
            raise ValueError("the checkpoint brought no text encoder; load one that has it")
        return io.NodeOutput(clip.encode_from_tokens_scheduled(clip.tokenize(text)))


class ConditioningZeroOut(io.ComfyNode):
    """The same CONDITIONING with an encoding of zeros."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="ConditioningZeroOut",
            display_name="Conditioning Zero Out",
            category="model/conditioning/transform",
            inputs=[io.Conditioning.Input("conditioning")],
            outputs=[io.Conditioning.Output()],
        )

    @classmethod
    def execute(cls, conditioning: Conditioning) -> io.NodeOutput:
        """Return CONDITIONING."""
        import torch

        zeroed = []
        for context, options in conditioning:
            pooled = options.get("pooled_output")
            empty = {} if pooled is None else {"pooled_output": torch.zeros_like(pooled)}
            zeroed.append([torch.zeros_like(context), options | empty])
        return io.NodeOutput(zeroed)


class LTXVConditioning(io.ComfyNode):
    """Tells both CONDITIONINGs the frame rate."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVConditioning",
            category="model/conditioning/ltxv",
            inputs=[
                io.Conditioning.Input("positive"),
                io.Conditioning.Input("negative"),
                io.Float.Input("frame_rate", default=25.0, min=0.0, max=1000.0, step=0.01),
            ],
            outputs=[
                io.Conditioning.Output(display_name="positive"),
                io.Conditioning.Output(display_name="negative"),
            ],
        )

    @classmethod
    def execute(
        cls, positive: Conditioning, negative: Conditioning, frame_rate: float
    ) -> io.NodeOutput:
        """Return both."""
        told = {"frame_rate": frame_rate}
        return io.NodeOutput(*(_with(each, told) for each in (positive, negative)))


def _with(conditioning: Conditioning, values: dict[str, Any]) -> Conditioning:
    return [[context, options | values] for context, options in conditioning]


BLOCKS = (CLIPTextEncode, ConditioningZeroOut, LTXVConditioning)
