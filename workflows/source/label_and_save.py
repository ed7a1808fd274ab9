"""The blueprint "Label and save": frames and sound become a file that tells how it was made."""

from __future__ import annotations

from .graph import Blueprint, Graph, Placed

GRAPH = Graph(
    name="Label and save",
    nodes={"save": Placed("HibariSaveVideo", (0, 0), (420, 460))},
)

LABEL_AND_SAVE = Blueprint(
    graph=GRAPH,
    description="Saves frames and sound as a video file that carries the graph which made it.",
    category="Video Tools",
    inputs={
        "images": (("save", "images"),),
        "audio": (("save", "audio"),),
        "fps": (("save", "fps"),),
        "filename_prefix": (("save", "filename_prefix"),),
        "format": (("save", "format"),),
    },
    outputs={"video": ("save", "video"), "path": ("save", "path")},
    search_aliases=("export video", "sign", "credentials", "provenance", "mp4"),
)
