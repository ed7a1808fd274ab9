"""The same clip with ComfyUI's own nodes on our wires: only the loader is ours."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, note

ABOUT = f"""## Text to video with stock nodes

Only *Hibari Load Model* comes from this pack. Every other node is ComfyUI's own, so that LoRA, \
guider, sampler and upscale nodes you know go in between as usual.

{NEEDS}

**Frames per second** are set in one node and wired to the three that need them; *length* is \
8k+1 frames (49 are 2 seconds).

**The bundled model** has its guidance inside, so *cfg* is 1 and *negative* is not read. Write \
there what to keep away from and set *cfg* to 1.5; it was trained to compare with an empty prompt.

Official LTX-2 weights open with the stock loaders too; see *Template > Video > LTX-2*.
"""

PROMPT = (
    "a large blue metal ball falls from high up on the right in a city street and bounces twice"
)

STOCK_NODES = Graph(
    name="Text to video with stock nodes",
    nodes={
        "about": note((-480, 0), (420, 460), "Read me", ABOUT),
        "load": Placed("HibariLoadModel", (0, 0), (300, 140)),
        "fps": Placed(
            "PrimitiveFloat", (0, 200), (300, 60), {"value": 24.0}, title="Frames per second"
        ),
        "positive": Placed(
            "CLIPTextEncode",
            (360, 0),
            (380, 160),
            {"text": PROMPT},
            {"clip": ("load", "clip")},
            title="Prompt",
        ),
        "negative": Placed(
            "CLIPTextEncode",
            (360, 220),
            (380, 100),
            links={"clip": ("load", "clip")},
            title="Negative prompt (empty)",
        ),
        "timed": Placed(
            "LTXVConditioning",
            (800, 0),
            (280, 80),
            links={
                "positive": ("positive", "CONDITIONING"),
                "negative": ("negative", "CONDITIONING"),
                "frame_rate": ("fps", "FLOAT"),
            },
        ),
        "picture": Placed(
            "EmptyLTXVLatentVideo",
            (360, 420),
            (300, 130),
            {"width": 256, "height": 256, "length": 49},
        ),
        "sound": Placed(
            "LTXVEmptyLatentAudio",
            (360, 610),
            (300, 130),
            {"frames_number": 49},
            {"audio_vae": ("load", "audio_vae"), "frame_rate": ("fps", "FLOAT")},
        ),
        "joint": Placed(
            "LTXVConcatAVLatent",
            (800, 420),
            (280, 60),
            links={"video_latent": ("picture", "LATENT"), "audio_latent": ("sound", "Latent")},
        ),
        "sample": Placed(
            "KSampler",
            (1140, 0),
            (300, 290),
            {
                "seed": 7,
                "steps": 8,
                "cfg": 1.0,
                "sampler_name": "euler",
                "scheduler": "simple",
            },
            {
                "model": ("load", "model"),
                "positive": ("timed", "positive"),
                "negative": ("timed", "negative"),
                "latent_image": ("joint", "latent"),
            },
        ),
        "apart": Placed(
            "LTXVSeparateAVLatent",
            (1140, 420),
            (300, 60),
            links={"av_latent": ("sample", "LATENT")},
        ),
        "frames": Placed(
            "VAEDecode",
            (1500, 0),
            (260, 60),
            links={"samples": ("apart", "video_latent"), "vae": ("load", "vae")},
        ),
        "heard": Placed(
            "LTXVAudioVAEDecode",
            (1500, 120),
            (260, 60),
            links={"samples": ("apart", "audio_latent"), "audio_vae": ("load", "audio_vae")},
        ),
        "video": Placed(
            "CreateVideo",
            (1500, 240),
            (260, 110),
            links={
                "images": ("frames", "IMAGE"),
                "audio": ("heard", "Audio"),
                "fps": ("fps", "FLOAT"),
            },
        ),
        "save": Placed(
            "SaveVideo",
            (1820, 0),
            (420, 520),
            {"filename_prefix": "video/Hibari"},
            {"video": ("video", "VIDEO")},
        ),
    },
    groups=(
        Group("1 · Model", (-20, -80, 340, 360)),
        Group("2 · What to make", (340, -80, 760, 412), "#8A8"),
        Group("3 · Empty picture and sound", (340, 340, 760, 420), "#3f789e"),
        Group("4 · Sample", (1120, -80, 340, 640), "#b58b2a"),
        Group("5 · Decode", (1480, -80, 300, 640), "#88A"),
        Group("6 · Save", (1800, -80, 460, 640), "#A88"),
    ),
)
