"""What Hibari Save Video does by itself, as blocks to put between those of other packs."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note, start

ABOUT = f"""## Check and label

Frames and sound of ComfyUI's own decoders are checked, mixed to the loudness of the web, marked, \
saved and signed, each by a block of its own. Use these blocks where other packs make, change or \
save the clip; *Hibari Save Video* alone checks, marks and signs as well.

{NEEDS}

**Guard**: *Guard Prompt* stops a prompt that the policy refuses before anything is made of it, \
*Guard Output* looks at the finished clip. Both name the rule.

**Mark**: one number goes into picture and sound. *Detect Watermark* finds it again, also after \
re-encoding.

**Sign File** signs a finished file; here a copy of the clip that names the clip as its parent. \
To sign a file from elsewhere, take the link off and write its name.
"""

CHECK_AND_LABEL = Graph(
    name="Check and label",
    nodes={
        "about": note((-480, 0), (420, 560), "Read me", ABOUT),
        **start(),
        "allowed": Placed(
            "HibariGuardPrompt",
            (360, 0),
            (380, 220),
            {"prompt": "a small red metal box falls on the street"},
        ),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 280),
            (380, 200),
            links={"clip": ("load", "clip"), "prompt": ("allowed", "prompt")},
        ),
        "sample": Placed(
            "HibariSample",
            (800, 0),
            (300, 460),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        "apart": Placed(
            "LTXVSeparateAVLatent",
            (1160, 0),
            (300, 60),
            links={"av_latent": ("sample", "latent")},
        ),
        "frames": Placed(
            "VAEDecode",
            (1160, 120),
            (300, 60),
            links={"samples": ("apart", "video_latent"), "vae": ("load", "vae")},
        ),
        "heard": Placed(
            "LTXVAudioVAEDecode",
            (1160, 240),
            (300, 60),
            links={"samples": ("apart", "audio_latent"), "audio_vae": ("load", "audio_vae")},
        ),
        "mixed": Placed(
            "HibariMixAudio",
            (1520, 0),
            (320, 320),
            {"effects_gain": -3.0, "fade_out": 0.2},
            {"effects": ("heard", "Audio")},
        ),
        "checked": Placed(
            "HibariGuardOutput",
            (1520, 380),
            (320, 140),
            links={
                "images": ("frames", "IMAGE"),
                "audio": ("mixed", "audio"),
                "fps": ("size", "fps"),
            },
        ),
        "marked": Placed(
            "HibariWatermarkVideo",
            (1900, 0),
            (300, 110),
            links={"images": ("checked", "images")},
        ),
        "sounding": Placed(
            "HibariWatermarkAudio",
            (1900, 170),
            (300, 110),
            links={"audio": ("checked", "audio"), "identifier": ("marked", "identifier")},
        ),
        "found": Placed(
            "HibariDetectWatermark",
            (1900, 340),
            (300, 160),
            links={"images": ("marked", "images"), "audio": ("sounding", "audio")},
        ),
        "save": Placed(
            "HibariSaveVideo",
            (2260, 0),
            (400, 520),
            {"filename_prefix": "video/labelled"},
            {
                "images": ("marked", "images"),
                "audio": ("sounding", "audio"),
                "fps": ("size", "fps"),
            },
        ),
        "copy": Placed(
            "HibariSignFile",
            (2720, 0),
            (400, 160),
            {"filename_prefix": "signed/copy"},
            {"file": ("save", "path")},
        ),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 720)),
        Group("2 · Allowed prompt", (340, -80, 420, 720), "#8A8"),
        Group("3 · Sample", (780, -80, 340, 720), "#b58b2a"),
        Group("4 · Decode", (1140, -80, 340, 720), "#88A"),
        Group("5 · Mix and check", (1500, -80, 360, 720), "#8A8"),
        Group("6 · Mark", (1880, -80, 340, 720), "#3f789e"),
        Group("7 · Save", (2240, -80, 440, 720), "#A88"),
        Group("8 · Sign", (2700, -80, 440, 720), "#b58b2a"),
    ),
)
