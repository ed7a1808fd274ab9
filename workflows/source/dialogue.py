"""Spoken lines in a clip, mixed with the sound of what happens."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note, start

ABOUT = f"""## Dialogue

Lines are spoken, the clip is made around them, and what is heard is mixed.

{NEEDS} It speaks with the program **espeak-ng**, which you install yourself (Debian and Ubuntu: \
`apt install espeak-ng`; macOS: `brew install espeak-ng`; Windows: `winget install \
eSpeak-NG.eSpeak-NG`).

**Dialogue** puts the speech into the sound of the empty clip, and the sampler keeps it: with a \
model that knows mouths, they follow. *Check Dialogue* measures how well. **Sound for Video** \
makes the sound of what happens, and **Mix Audio** lowers it while somebody speaks.

**The bundled model** knows balls and boxes and no faces: the voice stays a narrator, and the \
check finds no mouth. An LTX-2 checkpoint takes the same graph.
"""

DIALOGUE = Graph(
    name="Dialogue",
    nodes={
        "about": note((-480, 0), (420, 540), "Read me", ABOUT),
        **start(),
        "lines": Placed(
            "HibariDialogue",
            (360, 0),
            (400, 280),
            {"dialogue": "Narrator (a woman): It falls, and rings."},
            {"latent": ("size", "latent"), "audio_vae": ("load", "audio_vae")},
        ),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 340),
            (400, 200),
            {"prompt": "a red metal ball falls on a wooden floor"},
            {"clip": ("load", "clip")},
        ),
        "sample": Placed(
            "HibariSample",
            (820, 0),
            (320, 240),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("lines", "latent"),
            },
        ),
        "frames": Placed(
            "HibariDecodeVideo",
            (820, 300),
            (320, 70),
            links={"latent": ("sample", "latent"), "vae": ("load", "vae")},
        ),
        "check": Placed(
            "HibariCheckDialogue",
            (820, 430),
            (320, 110),
            links={"images": ("frames", "images"), "timing": ("lines", "timing")},
        ),
        "effects": Placed(
            "HibariSoundForVideo",
            (1200, 0),
            (320, 300),
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
        "mix": Placed(
            "HibariMixAudio",
            (1200, 360),
            (320, 280),
            links={"dialogue": ("lines", "audio"), "effects": ("effects", "audio")},
        ),
        "save": Placed(
            "HibariSaveVideo",
            (1580, 0),
            (420, 460),
            {"filename_prefix": "video/Dialogue"},
            {
                "images": ("frames", "images"),
                "audio": ("mix", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 800)),
        Group("2 · Words", (340, -80, 440, 800), "#8A8"),
        Group("3 · Picture", (800, -80, 360, 800), "#b58b2a"),
        Group("4 · Sound", (1180, -80, 360, 800), "#88A"),
        Group("5 · Save", (1560, -80, 460, 800), "#A88"),
    ),
)
