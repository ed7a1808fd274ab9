"""A picture that starts to move."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Image to video

A picture becomes the first frame of a clip, and the prompt says what happens next.

{NEEDS}

**Your own picture**: put *Load Image* in place of group 2 and connect it to *first*. A second one \
may go to *last*: the clip then ends with it. A batch of pictures may go to *keyframes*, with the \
seconds at which each is shown in *times*.

**Strength** below 1 takes a picture as a guide that may change.

**The bundled model** keeps a first and a last picture as they are. In pictures of its own world \
it keeps place, colour and number of things to the end and lets them fall as they should; their \
outlines get softer. What it makes of a photo is little more than the photo.
"""

IMAGE_TO_VIDEO = Graph(
    name="Image to video",
    nodes={
        "about": note((-480, 0), (420, 560), "Read me", ABOUT),
        **start(),
        "moment": Placed(
            "HibariEmptyLatent",
            (360, 0),
            (380, 260),
            {"seconds": 0.1, "fps": 10.0},
            title="One picture",
        ),
        "scene": Placed(
            "HibariTextEncode",
            (360, 320),
            (380, 200),
            {"prompt": "a large blue rubber ball on a wooden floor"},
            {"clip": ("load", "clip")},
            title="What the picture shows",
        ),
        "drawn": Placed(
            "HibariSample",
            (800, 0),
            (300, 340),
            {"seed": 3},
            {
                "model": ("load", "model"),
                "positive": ("scene", "conditioning"),
                "latent": ("moment", "latent"),
            },
        ),
        "picture": Placed(
            "HibariDecodeVideo",
            (800, 400),
            (300, 70),
            links={"latent": ("drawn", "latent"), "vae": ("load", "vae")},
        ),
        "animate": Placed(
            "HibariImageToVideo",
            (1160, 0),
            (360, 180),
            links={
                "latent": ("size", "latent"),
                "vae": ("load", "vae"),
                "first": ("picture", "images"),
            },
        ),
        "prompt": Placed(
            "HibariTextEncode",
            (1160, 240),
            (360, 240),
            {"prompt": "a large blue rubber ball bounces on a wooden floor"},
            {"clip": ("load", "clip")},
            title="What happens",
        ),
        "sample": Placed(
            "HibariSample",
            (1580, 0),
            (300, 340),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("animate", "latent"),
            },
        ),
        **decoders(1940, 260),
        "save": Placed(
            "HibariSaveVideo",
            (2260, 0),
            (400, 440),
            {"filename_prefix": "video/animated"},
            {
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 720)),
        Group("2 · A picture, or Load Image", (340, -80, 780, 720), "#8A8"),
        Group("3 · Animate", (1140, -80, 400, 720), "#3f789e"),
        Group("4 · Sample", (1560, -80, 340, 720), "#b58b2a"),
        Group("5 · Decode", (1920, -80, 300, 720), "#88A"),
        Group("6 · Save", (2240, -80, 440, 720), "#A88"),
    ),
)
