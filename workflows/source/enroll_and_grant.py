"""A thing becomes a cameo, and a friend may use it."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Enroll and grant a cameo

Makes a short clip of a ball, enrols the ball as a cameo, and writes a grant that lets somebody \
else use it. Read what **i_agree** says, switch it on, press **Run** once; then open *Cameo* and \
pick the ball there.

{NEEDS}

**Your own subject**: connect *Load Video* and *Get Video Components* to *images* in place of the \
decoded frames. An animal or an object fills the picture, or a mask marks it.

**A person** is enrolled in two runs: without pictures *Enroll Cameo* shows a sentence to speak, \
within ten minutes the recording of it, picture and sound, goes in. Only the person agrees, \
nobody else can for them.

**Grant**: write the key card of the person (`hibari cameo show` prints theirs) in place of \
*anyone*, say in which scenes it may be used (**deny**, or **allow** for those alone), then send \
the .grant file with the .cameo file. `hibari cameo revoke` takes it back.
"""

ENROLL_AND_GRANT = Graph(
    name="Enroll and grant a cameo",
    nodes={
        "about": note((-480, 0), (420, 560), "Read me", ABOUT),
        **start(),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (380, 200),
            {"prompt": "a large yellow rubber ball bounces in the meadow"},
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
        "save": Placed(
            "HibariSaveVideo",
            (1160, 0),
            (380, 520),
            {"filename_prefix": "video/subject"},
            {
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
        "enroll": Placed(
            "HibariCameoEnroll",
            (1600, 0),
            (400, 460),
            {
                "name": "yellow ball",
                "description": "a large yellow rubber ball",
                "kind": "object",
            },
            {"images": ("frames", "images")},
        ),
        "grant": Placed(
            "HibariCameoGrant",
            (2060, 0),
            (400, 460),
            {"grantee": "anyone", "days": 7},
            {"cameo": ("enroll", "cameo")},
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 720)),
        Group("2 · A recording", (340, -80, 420, 720), "#8A8"),
        Group("3 · Decode", (780, -80, 340, 720), "#88A"),
        Group("4 · Keep it", (1140, -80, 420, 720), "#A88"),
        Group("5 · Enroll", (1580, -80, 440, 720), "#b58b2a"),
        Group("6 · Grant", (2040, -80, 440, 720), "#3f789e"),
    ),
)
