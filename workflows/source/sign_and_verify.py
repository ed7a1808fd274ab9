"""A clip that is marked, signed and saved, and what the file then tells whoever asks."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Watermark, sign and verify

Makes a clip, draws a name into it, saves it marked and signed, then asks the saved file where it \
comes from. Press **Run** and read the two nodes on the right.

{NEEDS}

**Visible**: *Hibari Visible Mark* draws a name at the edge. **Hidden**: *Hibari Save Video* puts \
a number into picture and sound that survives re-encoding, and **signs** the file with content \
credentials (C2PA), which name the model and the settings.

**Verify** reads the credentials, **Detect** finds the number even where the credentials were \
stripped. To look into any other file, connect *Load Video*.
"""

SIGN_AND_VERIFY = Graph(
    name="Watermark, sign and verify",
    nodes={
        "about": note((-480, 0), (420, 460), "Read me", ABOUT),
        **start(),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (380, 200),
            {"prompt": "a large green glass ball drops on the sand at the beach"},
            {"clip": ("load", "clip")},
        ),
        "sample": Placed(
            "HibariSample",
            (360, 260),
            (380, 220),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        **decoders(800, 300),
        "mark": Placed(
            "HibariVisibleMark",
            (800, 300),
            (300, 120),
            {"name": "Hibari"},
            {"images": ("frames", "images"), "fps": ("size", "fps")},
        ),
        "save": Placed(
            "HibariSaveVideo",
            (1160, 0),
            (380, 520),
            {"filename_prefix": "video/signed"},
            {
                "images": ("mark", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
        "verify": Placed("HibariVerify", (1600, 0), (400, 260), links={"video": ("save", "video")}),
        "detect": Placed(
            "HibariDetectWatermark", (1600, 320), (400, 160), links={"video": ("save", "video")}
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 720)),
        Group("2 · Make", (340, -80, 420, 720), "#8A8"),
        Group("3 · Decode and mark", (780, -80, 340, 720), "#88A"),
        Group("4 · Save and sign", (1140, -80, 420, 720), "#A88"),
        Group("5 · Ask the file", (1580, -80, 440, 720), "#b58b2a"),
    ),
)
