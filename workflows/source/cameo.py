"""A person, an animal or a thing that agreed, in a clip."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Cameo

Puts somebody or something into a clip that agreed to be there. Write **@name** in the prompt \
where it appears; chain *Apply Cameo* for up to three.

{NEEDS}

**First time**: run *Hibari Enroll Cameo* with a short recording (for a person it shows a \
sentence to speak first), or `hibari cameo import` for the file and the grant that a friend sent. \
Then pick it in *Load Cameo*. While none is picked, the clip is made without one.

**Consent** is checked when the cameo is loaded, when sampling starts and when the video is saved. \
What the owner allows stands in *Cameo Info*.

**The bundled model** was not trained with cameos: it receives looks and voice and does not show a \
likeness yet. An LTX-2 checkpoint takes them as guide frames and reference audio.
"""

CAMEO = Graph(
    name="Cameo",
    nodes={
        "about": note((-480, 0), (420, 520), "Read me", ABOUT),
        **start(),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (380, 200),
            {"prompt": "@ball bounces on a wooden floor"},
            {"clip": ("load", "clip")},
        ),
        "cameo": Placed("HibariLoadCameo", (360, 260), (380, 80), {"cameo": "choose a cameo"}),
        "info": Placed(
            "HibariCameoInfo", (360, 400), (380, 100), links={"cameo": ("cameo", "cameo")}
        ),
        "apply": Placed(
            "HibariApplyCameo",
            (800, 0),
            (320, 220),
            {"role": "ball"},
            {
                "conditioning": ("prompt", "conditioning"),
                "cameo": ("cameo", "cameo"),
                "vae": ("load", "vae"),
                "audio_vae": ("load", "audio_vae"),
            },
        ),
        "sample": Placed(
            "HibariSample",
            (800, 280),
            (320, 220),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("apply", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        **decoders(1180, 260),
        "save": Placed(
            "HibariSaveVideo",
            (1500, 0),
            (400, 440),
            {"filename_prefix": "video/cameo"},
            {
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 740)),
        Group("2 · Scene and cameo", (340, -80, 420, 740), "#8A8"),
        Group("3 · Apply and sample", (780, -80, 360, 740), "#b58b2a"),
        Group("4 · Decode", (1160, -80, 300, 740), "#88A"),
        Group("5 · Save", (1480, -80, 440, 740), "#A88"),
    ),
)
