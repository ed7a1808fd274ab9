"""The blueprint "Hibari text to video": the first template's blocks as one node."""

from __future__ import annotations

from .graph import Blueprint, Graph, Placed

GRAPH = Graph(
    name="Hibari text to video",
    nodes={
        "load": Placed("HibariLoadModel", (0, 0), (300, 140)),
        "size": Placed("HibariEmptyLatent", (0, 200), (300, 260)),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (420, 260),
            {"prompt": "a red rubber ball bounces on a wooden floor"},
            {"clip": ("load", "clip")},
        ),
        "sample": Placed(
            "HibariSample",
            (840, 0),
            (320, 460),
            links={
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        "frames": Placed(
            "HibariDecodeVideo",
            (1220, 0),
            (260, 70),
            links={"latent": ("sample", "latent"), "vae": ("load", "vae")},
        ),
        "sound": Placed(
            "HibariDecodeAudio",
            (1220, 130),
            (260, 110),
            links={"latent": ("sample", "latent"), "audio_vae": ("load", "audio_vae")},
        ),
        "video": Placed(
            "CreateVideo",
            (1220, 300),
            (260, 110),
            links={
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
    },
)

TEXT_TO_VIDEO_BLUEPRINT = Blueprint(
    graph=GRAPH,
    description="Makes a video with sound from a sentence; the bundled model needs no download.",
    category="Video generation and editing/Text to video",
    inputs={
        "prompt": (("prompt", "prompt"),),
        "width": (("size", "width"),),
        "height": (("size", "height"),),
        "seconds": (("size", "seconds"),),
        "fps": (("size", "fps"),),
        "steps": (("sample", "steps"),),
        "guidance": (("sample", "guidance"),),
        "seed": (("sample", "seed"),),
        "checkpoint": (("load", "checkpoint"),),
    },
    outputs={
        "video": ("video", "VIDEO"),
        "images": ("frames", "images"),
        "audio": ("sound", "audio"),
        "fps": ("size", "fps"),
    },
    search_aliases=("sora", "text2video", "t2v", "ltx-2", "video with sound"),
)
