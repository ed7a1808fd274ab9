"""A sound gets its picture."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note, start

ABOUT = f"""## Picture for a sound

A sound goes in, a video comes out in which things happen when they are heard.

{NEEDS}

**Your own sound**: put *Load Audio* in the place of group 2 and connect its AUDIO to *audio* of \
*Picture for Sound* and of the save node. Any rate, channels and length will do; the video is as \
long as the sound. As it is shipped, the sound is that of another clip, so that it runs at once.

**The bundled model** lets balls and boxes land on knocks. It knows no mouths: speech gives it \
nothing to show.
"""

PICTURE_FOR_SOUND = Graph(
    name="Picture for a sound",
    nodes={
        "about": note((-480, 0), (420, 460), "Read me", ABOUT),
        **start(),
        "heard": Placed(
            "HibariTextEncode",
            (360, 0),
            (360, 200),
            {"prompt": "a red wooden box falls on a wooden floor"},
            {"clip": ("load", "clip")},
            title="What is heard",
        ),
        "sample": Placed(
            "HibariSample",
            (360, 260),
            (360, 240),
            {"seed": 4},
            {
                "model": ("load", "model"),
                "positive": ("heard", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        "sound": Placed(
            "HibariDecodeAudio",
            (360, 560),
            (360, 110),
            links={"latent": ("sample", "latent"), "audio_vae": ("load", "audio_vae")},
        ),
        "seen": Placed(
            "HibariTextEncode",
            (780, 0),
            (360, 200),
            {"prompt": "a large blue wooden box falls in the meadow"},
            {"clip": ("load", "clip")},
            title="What is seen",
        ),
        "picture": Placed(
            "HibariPictureForSound",
            (780, 260),
            (360, 320),
            {"seed": 5},
            {
                "model": ("load", "model"),
                "positive": ("seen", "conditioning"),
                "vae": ("load", "vae"),
                "audio_vae": ("load", "audio_vae"),
                "audio": ("sound", "audio"),
            },
        ),
        "save": Placed(
            "HibariSaveVideo",
            (1200, 0),
            (420, 460),
            {"filename_prefix": "video/Picture"},
            {
                "images": ("picture", "images"),
                "audio": ("sound", "audio"),
                "fps": ("picture", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 780)),
        Group("2 · A sound", (340, -80, 400, 780), "#8A8"),
        Group("3 · Its picture", (760, -80, 400, 780), "#b58b2a"),
        Group("4 · Save", (1180, -80, 460, 780), "#A88"),
    ),
)
