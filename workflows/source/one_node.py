"""A clip from one node, as old graphs with the Sora 2 node have it."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note

ABOUT = f"""## Text to video in one node

Write what should be seen and heard, choose size and seconds, press **Run**.

{NEEDS}

**What it can make** is what its checkpoint was made for, 256x256 and 2 seconds with the bundled \
one. A larger size is made as near as it can be and scaled; a longer wish gives the longest clip. \
The node says what it did.

**Old graphs** with ComfyUI's node for Sora 2 open too: the editor offers to put this node in its \
place, and graphs that are sent to the server move over by themselves.

For more control, and to keep a large checkpoint loaded between runs, open *Text to video*.
"""

ONE_NODE = Graph(
    name="Text to video in one node",
    nodes={
        "about": note((-480, 0), (420, 400), "Read me", ABOUT),
        "make": Placed(
            "HibariTextToVideo",
            (0, 0),
            (400, 320),
            {
                "prompt": "a small yellow wooden box falls from high up on the left in a meadow",
                "seed": 7,
            },
        ),
        "save": Placed(
            "SaveVideo",
            (460, 0),
            (420, 520),
            {"filename_prefix": "video/Hibari"},
            {"video": ("make", "video")},
        ),
    },
    groups=(
        Group("1 · What to make", (-20, -80, 440, 640)),
        Group("2 · Save", (440, -80, 460, 640), "#A88"),
    ),
)
