"""The blueprint "Label and save": frames and sound become a file that tells how it was made."""

from __future__ import annotations

from .graph import Blueprint, Graph, Placed

GRAPH = Graph(
    name="Label and save",
    nodes={
        "mark": Placed("HibariVisibleMark", (0, 0), (320, 120)),
        "save": Placed(
            "HibariSaveVideo", (380, 0), (420, 460), links={"images": ("mark", "images")}
        ),
    },
)

LABEL_AND_SAVE = Blueprint(
    graph=GRAPH,
    description=(
        "Draws a name that can be seen, hides a mark in picture and sound, signs the file as made "
        "by a model, and saves it with the graph that made it."
    ),
    category="Video Tools",
    inputs={
        "images": (("mark", "images"),),
        "audio": (("save", "audio"),),
        "fps": (("save", "fps"), ("mark", "fps")),
        "name": (("mark", "name"),),
        "filename_prefix": (("save", "filename_prefix"),),
        "format": (("save", "format"),),
    },
    outputs={"video": ("save", "video"), "path": ("save", "path")},
    search_aliases=("export video", "sign", "credentials", "c2pa", "provenance", "watermark"),
)
