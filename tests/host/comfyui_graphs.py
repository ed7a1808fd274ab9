"""Small graphs in API format, over the tiny checkpoint of the tests."""

from __future__ import annotations

from typing import Any

Graph = dict[str, dict[str, Any]]
CHECKPOINT = "tiny.safetensors"
OTHER = "other.safetensors"
AVERAGE = "average of tiny and other.safetensors"
LORA = "lora.safetensors"
STRENGTH = 0.5
MERGED = "tiny with lora.safetensors"
PROMPT = "a red ball bounces on a wooden floor"
STEPS, GUIDANCE, SEED, FPS = 3, 2.0, 7, 24.0


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    """One node; ``[id, slot]`` is a link."""
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}


def loaded() -> Graph:
    """Our loader, an empty clip of 9 frames at 64x64, and prompts from the stock text block."""
    return {
        "load": node("HibariLoadModel", checkpoint=CHECKPOINT),
        "empty": node(
            "HibariEmptyLatent",
            aspect="custom",
            width=64,
            height=64,
            seconds=9 / FPS,
            fps=FPS,
            batch_size=1,
        ),
        "positive": node("CLIPTextEncode", clip=["load", 1], text=PROMPT),
        "negative": node("CLIPTextEncode", clip=["load", 1], text=""),
    }


def sampled_by_us(**changed: Any) -> Graph:
    """Our sampler over stock prompts; its latent is ``["sample", 0]``."""
    settings = {"steps": STEPS, "guidance": GUIDANCE, "seed": SEED, "schedule": "simple"}
    return loaded() | {
        "sample": node(
            "HibariSample",
            model=["load", 0],
            positive=["positive", 0],
            negative=["negative", 0],
            latent=["empty", 0],
            **(settings | changed),
        )
    }


def timed(pair: str | None = None) -> dict[str, Any]:
    """Prompts (or the two of node ``pair``) with the frame rate, where stock samplers look."""
    prompts = {
        "positive": [pair or "positive", 0],
        "negative": [pair or "negative", int(bool(pair))],
    }
    return node("LTXVConditioning", **prompts, frame_rate=FPS)


def sampled_by_ksampler() -> Graph:
    """The stock KSampler on our wires."""
    return loaded() | {
        "timed": timed(),
        "sample": node(
            "KSampler",
            model=["load", 0],
            seed=SEED,
            steps=STEPS,
            cfg=GUIDANCE,
            sampler_name="euler",
            scheduler="simple",
            positive=["timed", 0],
            negative=["timed", 1],
            latent_image=["empty", 0],
            denoise=1.0,
        ),
    }


def sampled_by_custom_advanced() -> Graph:
    """SamplerCustomAdvanced with the stock guider, noise, sampler and schedule."""
    graph = sampled_by_ksampler()
    return graph | {
        "guider": node(
            "CFGGuider",
            model=["load", 0],
            positive=["timed", 0],
            negative=["timed", 1],
            cfg=GUIDANCE,
        ),
        "noise": node("RandomNoise", noise_seed=SEED),
        "euler": node("KSamplerSelect", sampler_name="euler"),
        "sigmas": node(
            "BasicScheduler", model=["load", 0], scheduler="simple", steps=STEPS, denoise=1.0
        ),
        "sample": node(
            "SamplerCustomAdvanced",
            noise=["noise", 0],
            guider=["guider", 0],
            sampler=["euler", 0],
            sigmas=["sigmas", 0],
            latent_image=["empty", 0],
        ),
    }


def with_saved_latents(graph: Graph) -> Graph:
    """The graph, its latent separated and saved as ``video`` and ``audio`` latent files."""
    return graph | {
        "separate": node("LTXVSeparateAVLatent", av_latent=["sample", 0]),
        "video": node("SaveLatent", samples=["separate", 0], filename_prefix="latents/video"),
        "audio": node("SaveLatent", samples=["separate", 1], filename_prefix="latents/audio"),
    }


def with_stock_decoders(graph: Graph) -> Graph:
    """The graph, decoded by stock blocks (whole and tiled), encoded again, and saved as a video."""
    return graph | {
        "separate": node("LTXVSeparateAVLatent", av_latent=["sample", 0]),
        "images": node("VAEDecode", samples=["separate", 0], vae=["load", 2]),
        "tiled": node(
            "VAEDecodeTiled",
            samples=["separate", 0],
            vae=["load", 2],
            tile_size=64,
            overlap=0,
            temporal_size=64,
            temporal_overlap=8,
        ),
        "pictures": node("SaveImage", images=["images", 0], filename_prefix="whole"),
        "tiles": node("SaveImage", images=["tiled", 0], filename_prefix="tiled"),
        "again": node("VAEEncode", pixels=["images", 0], vae=["load", 2]),
        "latent": node("SaveLatent", samples=["again", 0], filename_prefix="latents/again"),
        "sound": node("LTXVAudioVAEDecode", samples=["separate", 1], audio_vae=["load", 3]),
        "heard": node("LTXVAudioVAEEncode", audio=["sound", 0], audio_vae=["load", 3]),
        "sound latent": node("SaveLatent", samples=["heard", 0], filename_prefix="latents/heard"),
        "clip": node("CreateVideo", images=["images", 0], audio=["sound", 0], fps=FPS),
        "file": node(
            "SaveVideo", video=["clip", 0], filename_prefix="stock", format="mp4", codec="h264"
        ),
    }


def saved_by_us(graph: Graph) -> Graph:
    """The graph, decoded and saved by our blocks."""
    return graph | {
        "frames": node("HibariDecodeVideo", latent=["sample", 0], vae=["load", 2]),
        "sound": node("HibariDecodeAudio", latent=["sample", 0], audio_vae=["load", 3]),
        "file": node(
            "HibariSaveVideo",
            images=["frames", 0],
            audio=["sound", 0],
            fps=["empty", 2],
            filename_prefix="ours",
        ),
    }


def with_model(graph: Graph, model: str, **patches: dict[str, Any]) -> Graph:
    """The graph, its samplers on the model of node ``model`` instead; ``patches`` are added."""
    changed = graph | patches
    for name, item in graph.items():
        if item["inputs"].get("model") == ["load", 0]:
            changed[name] = node(item["class_type"], **item["inputs"] | {"model": [model, 0]})
    return changed


def stock_loader(checkpoint: str = CHECKPOINT) -> dict[str, Any]:
    """ComfyUI's own checkpoint loader."""
    return node("CheckpointLoaderSimple", ckpt_name=checkpoint)


def stock_only(checkpoint: str, graph: Graph) -> Graph:
    """The graph on ComfyUI's own networks and empty latents; only text comes from our encoder."""
    parts = {
        "stock": stock_loader(checkpoint),
        "audio vae": node("LTXVAudioVAELoader", ckpt_name=checkpoint),
    }
    changed = with_model(on_stock_latents(graph, "audio vae"), "stock", **parts)
    changed["load"] = node("HibariLoadModel", checkpoint=checkpoint)
    return changed


def on_stock_latents(graph: Graph, audio_vae: str = "load") -> Graph:
    """The graph, its empty latents made by ComfyUI's own blocks (9 frames at 64x64).

    They carry no frame rate, so that has to come with the prompts.
    """
    graph["sample"]["inputs"] |= {"positive": ["timed", 0], "negative": ["timed", 1]}
    slot = 3 if audio_vae == "load" else 0
    return graph | {
        "timed": timed(),
        "picture": node("EmptyLTXVLatentVideo", width=64, height=64, length=9, batch_size=1),
        "silence": node(
            "LTXVEmptyLatentAudio",
            frames_number=9,
            frame_rate=24,
            batch_size=1,
            audio_vae=[audio_vae, slot],
        ),
        "empty": node(
            "LTXVConcatAVLatent", video_latent=["picture", 0], audio_latent=["silence", 0]
        ),
    }
