"""Graphs in which one stage takes a second or more, for progress and cancelling."""

from __future__ import annotations

from .comfyui_graphs import Graph, loaded, node, sampled_by_ksampler, sampled_by_us

LONG_S = 8.0
SIDE = 192
SOUND_S = 90.0


def long_latent() -> Graph:
    """Our loader and an empty clip of eight seconds at 192x192."""
    graph = loaded()
    graph["empty"]["inputs"] |= {"seconds": LONG_S, "width": SIDE, "height": SIDE}
    return graph


def pictures() -> Graph:
    """Blank frames of that length."""
    return {"blank": node("EmptyImage", width=SIDE, height=SIDE, batch_size=193, color=0x3377CC)}


def silence() -> Graph:
    """A minute and a half of an audio latent."""
    latent = node(
        "LTXVEmptyLatentAudio",
        frames_number=round(SOUND_S * 10),
        frame_rate=10,
        batch_size=1,
        audio_vae=["load", 3],
    )
    return loaded() | {"silence": latent}


def sampled(graph: Graph) -> Graph:
    """The graph with many steps, and its latent saved."""
    graph["sample"]["inputs"]["steps"] = 400
    apart = node("LTXVSeparateAVLatent", av_latent=["sample", 0])
    saved = node("SaveLatent", samples=["apart", 0], filename_prefix="cancelled/latent")
    return graph | {"apart": apart, "saved": saved}


def to_file(graph: Graph, images: str) -> Graph:
    """The graph, the frames of node ``images`` saved by our block."""
    return graph | {
        "file": node(
            "HibariSaveVideo", images=[images, 0], fps=24.0, filename_prefix="cancelled/video"
        )
    }


def to_sound_file(graph: Graph) -> Graph:
    """The graph, the sound of node "stage" saved."""
    return graph | {
        "file": node("SaveAudio", audio=["stage", 0], filename_prefix="cancelled/sound")
    }


# Name, (graph, the node that is slow).
STAGES: dict[str, tuple[Graph, str]] = {
    "our sampler": (sampled(sampled_by_us()), "sample"),
    "KSampler": (sampled(sampled_by_ksampler()), "sample"),
    "our decoding": (
        to_file(
            long_latent()
            | {"stage": node("HibariDecodeVideo", latent=["empty", 0], vae=["load", 2])},
            "stage",
        ),
        "stage",
    ),
    "VAEDecode": (
        to_file(
            long_latent()
            | {
                "apart": node("LTXVSeparateAVLatent", av_latent=["empty", 0]),
                "stage": node("VAEDecode", samples=["apart", 0], vae=["load", 2]),
            },
            "stage",
        ),
        "stage",
    ),
    "VAEEncode": (
        loaded()
        | pictures()
        | {
            "stage": node("VAEEncode", pixels=["blank", 0], vae=["load", 2]),
            "saved": node("SaveLatent", samples=["stage", 0], filename_prefix="cancelled/latent"),
        },
        "stage",
    ),
    "our decoding of sound": (
        to_sound_file(
            silence()
            | {"stage": node("HibariDecodeAudio", latent=["silence", 0], audio_vae=["load", 3])}
        ),
        "stage",
    ),
    "decoding of sound": (
        to_sound_file(
            silence()
            | {"stage": node("LTXVAudioVAEDecode", samples=["silence", 0], audio_vae=["load", 3])}
        ),
        "stage",
    ),
    "saving": (to_file(pictures(), "blank"), "file"),
}
