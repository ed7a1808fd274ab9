"""The blueprint "Hibari text to video": the first template's blocks as one node."""

from __future__ import annotations

from dataclasses import replace

from .graph import Blueprint, Graph, Placed
from .text_to_video import TEXT_TO_VIDEO

GRAPH = Graph(
    name="Hibari text to video",
    nodes={
        **{name: TEXT_TO_VIDEO.nodes[name] for name in ("load", "size", "prompt")},
        "sample": replace(TEXT_TO_VIDEO.nodes["sample"], values={}),
        **{name: TEXT_TO_VIDEO.nodes[name] for name in ("frames", "sound")},
        "video": Placed(
            "CreateVideo",
            (1220, 300),
            (260, 110),
            links={
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
)

TEXT_TO_VIDEO_BLUEPRINT = Blueprint(
    graph=GRAPH,
    description="Makes a video with sound from a sentence; the bundled model needs no download.",
    category="Video generation and editing/Text to video",
    inputs={
        "prompt": (("prompt", "prompt"),),
        "width": (("size", "width"),),
        "height": (("size", "height"),),
        "seconds": (("size", "seconds"),),
        "fps": (("size", "fps"),),
        "steps": (("sample", "steps"),),
        "guidance": (("sample", "guidance"),),
        "seed": (("sample", "seed"),),
        "checkpoint": (("load", "checkpoint"),),
    },
    outputs={
        "video": ("video", "VIDEO"),
        "images": ("frames", "images"),
        "audio": ("sound", "audio"),
        "fps": ("size", "fps"),
    },
    search_aliases=("sora", "text2video", "t2v", "ltx-2", "video with sound"),
)
