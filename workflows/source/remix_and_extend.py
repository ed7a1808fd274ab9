"""A clip, made over with other words, and made longer."""

from __future__ import annotations

from .graph import NEEDS, Graph, Group, Placed, decoders, note, start

ABOUT = f"""## Remix and extend

A clip goes two ways: *Remix* makes it over with a new prompt, *Extend* goes on after its end. \
Both are sampled like any clip, and *Put Back* joins what was made to the video.

{NEEDS}

**Your own video**: connect *Load Video* in place of *Create Video*. Size, frame rate and length \
may be any; they stay as they are. A video whose maker forbids remixing is refused, others are \
named in the credentials of the result.

**Remix**: little strength keeps motion and the timing of sounds, much follows the prompt. 0.6 \
does both with the bundled model. A mask confines the change; outside of it nothing changes.

**Extend** again from *Put Back* for more, 20 seconds and beyond.

**The bundled model** goes on with place and thing as they were, softer than the original, and \
may begin with a knock; an *overlap* that reaches back to the last landing avoids it. With videos \
of another world it fades to what it knows.
"""


def _made(name: str, x: int, prompt: str, latent: str, seed: int) -> dict[str, Placed]:
    """Prompt, sampler, decoders and the joining of an edit, one above the other from ``x`` on."""
    sampled = (f"{name} sample", "latent")
    return {
        f"{name} prompt": Placed(
            "HibariTextEncode", (x, 320), (360, 200), {"prompt": prompt}, {"clip": ("load", "clip")}
        ),
        f"{name} sample": Placed(
            "HibariSample",
            (x + 420, 0),
            (300, 340),
            {"seed": seed},
            {
                "model": ("load", "model"),
                "positive": (f"{name} prompt", "conditioning"),
                "latent": (latent, "latent"),
            },
        ),
        f"{name} frames": Placed(
            "HibariDecodeVideo",
            (x + 420, 400),
            (300, 70),
            links={"latent": sampled, "vae": ("load", "vae")},
        ),
        f"{name} sound": Placed(
            "HibariDecodeAudio",
            (x + 420, 530),
            (300, 110),
            links={"latent": sampled, "audio_vae": ("load", "audio_vae")},
        ),
        f"{name} whole": Placed(
            "HibariPutBack",
            (x + 780, 0),
            (300, 80),
            links={
                "edit": (latent, "edit"),
                "images": (f"{name} frames", "images"),
                "audio": (f"{name} sound", "audio"),
            },
        ),
        f"{name} save": Placed(
            "SaveVideo",
            (x + 780, 140),
            (300, 400),
            {"filename_prefix": f"video/{name}"},
            {"video": (f"{name} whole", "video")},
        ),
    }


def _codecs() -> dict[str, tuple[str, str]]:
    return {"video": ("video", "VIDEO"), "vae": ("load", "vae"), "audio_vae": ("load", "audio_vae")}


REMIX_AND_EXTEND = Graph(
    name="Remix and extend",
    nodes={
        "about": note((-480, 0), (420, 640), "Read me", ABOUT),
        **start(),
        "prompt": Placed(
            "HibariTextEncode",
            (360, 0),
            (300, 200),
            {"prompt": "a red rubber ball bounces on a wooden floor"},
            {"clip": ("load", "clip")},
        ),
        "sample": Placed(
            "HibariSample",
            (360, 260),
            (300, 340),
            {"seed": 7},
            {
                "model": ("load", "model"),
                "positive": ("prompt", "conditioning"),
                "latent": ("size", "latent"),
            },
        ),
        **decoders(720, 260),
        "video": Placed(
            "CreateVideo",
            (720, 300),
            (260, 110),
            links={
                "images": ("frames", "images"),
                "audio": ("sound", "audio"),
                "fps": ("size", "fps"),
            },
        ),
        "extend": Placed("HibariExtend", (1040, 0), (360, 260), links=_codecs()),
        **_made("extended", 1040, "the red rubber ball rolls on a wooden floor", "extend", 8),
        "remix": Placed("HibariRemix", (2180, 0), (360, 260), {"strength": 0.7}, _codecs()),
        **_made("remixed", 2180, "a blue metal box bounces on a wooden floor", "remix", 9),
    },
    groups=(
        Group("1 · Model and size", (-20, -80, 340, 740)),
        Group("2 · A clip, or Load Video", (340, -80, 660, 740), "#8A8"),
        Group("3 · Go on after its end", (1020, -80, 1120, 740), "#3f789e"),
        Group("4 · Make it over", (2160, -80, 1120, 740), "#b58b2a"),
    ),
)
