"""A silent video gets its sound."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note, start

ABOUT = f"""## Sound for a silent video

A video without sound goes in, the same video with sound comes out: impacts are heard when they \
are seen.

{NEEDS}

**Your own video**: put *Load Video* in the place of group 2 and connect its VIDEO to *video* of \
*Sound for Video* (and *Get Video Components* to the save node). Any size, frame rate and length \
will do. As it is shipped, the silent video is made here, so that it runs at once.

**The bundled model** hears what it was trained on: balls and boxes that land. It puts their \
sounds where they are seen to land; of other videos it makes knocks and a room. A few words \
about what is seen help.
"""

WORDS = "a large red wooden box falls on a sandy beach by the sea"

SOUND_FOR_VIDEO = Graph(
    name="Sound for a silent video",
    nodes={
        "about": note((-480, 0), (420, 480), "Read me", ABOUT),
        **start(),
        "prompt": Placed(
            "HibariTextEncode", (360, 0), (360, 220), {"prompt": WORDS}, {"clip": ("load", "clip")}
        ),
        "sample": Placed(
            "HibariSample",
            (360, 280),
            (360, 240),
            {"seed": 12},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        "frames": Placed(
            "HibariDecodeVideo",
            (360, 580),
            (360, 70),
            links={"latent": ("sample", "latent"), "vae": ("load", "vae")},
        ),
        "sound": Placed(
            "HibariSoundForVideo",
            (780, 0),
            (340, 300),
            {"seed": 3},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "vae": ("load", "vae"),
                "audio_vae": ("load", "audio_vae"),
                "images": ("frames", "images"),
                "fps": ("size", "fps"),
            },
        ),
        "save": Placed(
            "HibariSaveVideo",
            (1180, 0),
            (420, 460),
            {"filename_prefix": "video/Sound"},
            {
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 760)),
        Group("2 · A silent video", (340, -80, 400, 760), "#8A8"),
        Group("3 · Its sound", (760, -80, 380, 760), "#b58b2a"),
        Group("4 · Save", (1160, -80, 460, 760), "#A88"),
    ),
)
