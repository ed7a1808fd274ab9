"""The first template: a sentence, our blocks, a file."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Text to video

Write what should be seen and heard, press **Run**: a clip with its sound comes out.

{NEEDS}

**The bundled model** knows a small world: balls and boxes of many colours and materials that fall \
and bounce in a few places, told in English or French. It makes 256x256, 2 seconds, 24 fps, within \
seconds on a CPU.

**Bigger models**: put an LTX-2 or LTX-2.3 checkpoint into *models/checkpoints*, pick it in *Load \
Model*, connect the CLIP of *Load LTXV Audio Text Encoder* to the prompt, then set 768x512, \
40 steps, guidance 3.

**Save** embeds this graph in the file: drop the video on the canvas to get it back.
"""

PROMPTS = """- a big red rubber ball falls from high up in the middle of a room
- a large green metal box falls from high up on the left in a city street, with a clang
- At the beach, a small pink glass ball drops on the sand
- Dans la rue, une sphère bleue tombe et rebondit deux fois
"""

TEXT_TO_VIDEO = Graph(
    name="Text to video",
    nodes={
        "about": note((-480, 0), (420, 460), "Read me", ABOUT),
        "prompts": note((360, 320), (420, 140), "Prompts that suit the bundled model", PROMPTS),
        **start(),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (420, 260),
            {"prompt": "a big red rubber ball falls from high up in the middle of a room"},
            {"clip": ("load", "clip")},
        ),
        "sample": Placed(
            "HibariSample",
            (840, 0),
            (320, 460),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        **decoders(1220, 260),
        "save": Placed(
            "HibariSaveVideo",
            (1540, 0),
            (420, 520),
            links={
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 720)),
        Group("2 · What to make", (340, -80, 460, 720), "#8A8"),
        Group("3 · Sample", (820, -80, 360, 720), "#b58b2a"),
        Group("4 · Decode", (1200, -80, 300, 720), "#88A"),
        Group("5 · Save", (1520, -80, 460, 720), "#A88"),
    ),
)
