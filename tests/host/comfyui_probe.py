"""Runs in ComfyUI's interpreter and prints one JSON object: what loading the pack touches, and how
far ComfyUI's own networks and ours are apart on checkpoints that we saved.

Arguments: ComfyUI's folder, the pack's folder, a base folder. Not a test itself.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import torch

COMFYUI, PACK, BASE = (Path(argument) for argument in sys.argv[1:4])
NETWORK = {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "subprocess.Popen", "os.system"}
EMPTY_PACK = """
from comfy_api.latest import ComfyExtension

class Empty(ComfyExtension):
    async def get_node_list(self):
        return []

comfy_entrypoint = Empty
"""
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND


def start_comfyui():
    """Import ComfyUI as its main.py would, on the CPU and with a base folder of its own."""
    sys.argv[1:] = ["--cpu", "--base-directory", str(BASE), "--disable-api-nodes"]
    sys.path.insert(0, str(COMFYUI))
    os.chdir(COMFYUI)
    import comfy.options

    comfy.options.enable_args_parsing()
    logging.disable(logging.WARNING)
    return importlib.import_module("nodes")


def empty_pack():
    """A pack without blocks: loading it makes ComfyUI import what loading any pack needs."""
    folder = BASE / "custom_nodes" / "empty"
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").write_text(EMPTY_PACK)
    return folder


def audited_load(nodes):
    """Load the pack as ComfyUI does at start; report time, side effects and blocks."""

    touched, watching = [], True

    def watch(event, arguments):
        if not watching:
            return
        if event in NETWORK | CHANGES:
            touched.append(f"{event} {arguments}")
        elif event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING:
            touched.append(f"writes {arguments[0]}")

    def state():
        backends = torch.backends
        flags = (backends.cudnn.benchmark, backends.cudnn.allow_tf32, torch.get_default_dtype())
        return (
            flags,
            torch.get_rng_state().sum().item(),
            tuple(sys.path),
            torch.cuda.is_initialized(),
        )

    async def load(folder):
        # Processor time: how long this takes must not depend on what else the machine does.
        start = time.process_time()
        return await nodes.load_custom_node(str(folder)), time.process_time() - start

    asyncio.run(load(empty_pack()))
    before, modules, known = state(), set(sys.modules), set(nodes.NODE_CLASS_MAPPINGS)
    sys.addaudithook(watch)
    loaded, seconds = asyncio.run(load(PACK))
    watching = False
    added = [name for name in set(sys.modules) - modules if not name.startswith(str(PACK))]
    return {
        "loaded": loaded,
        "seconds": seconds,
        "ids": sorted(set(nodes.NODE_CLASS_MAPPINGS) - known),
        "touched": touched,
        "state_kept": before == state(),
        "foreign_modules": sorted(added),
        "networks_imported": any(".model.transformer" in name for name in sys.modules),
    }


def pack_module(name):
    """A module of the loaded pack, which ComfyUI knows by its path."""
    return importlib.import_module(f"{str(PACK).replace('.', '_x_')}.{name}")


def random_parts(generation):
    """Networks of one LTX-2 generation with random weights, modulation and gates included."""

    transformer, video_vae = pack_module("model.transformer"), pack_module("model.video_vae")
    audio_vae, vocoder = pack_module("model.audio_vae"), pack_module("model.vocoder")
    config = transformer.TransformerConfig.tiny(caption_projection=generation == "2.0")
    if generation == "2.0":
        # As wide as both streams together, captions would be taken for connected context.
        connector = transformer.ConnectorConfig(2, 32, layers=1, gated=False)
        config = replace(
            config,
            caption_channels=64,
            video=replace(config.video, connector=connector),
            audio=replace(config.audio, connector=connector),
        )
    torch.manual_seed(0)
    parts = pack_module("model.checkpoint").CheckpointParts(
        transformer=transformer.AVTransformer(config),
        video_vae=video_vae.VideoVae(video_vae.VideoVaeConfig.tiny()),
        audio_vae=audio_vae.AudioVae(audio_vae.AudioVaeConfig.tiny()),
        vocoder=vocoder.build_vocoder(vocoder.VocoderConfig.tiny(bandwidth=generation == "2.3")),
    )
    for name, weight in parts.transformer.named_parameters():
        torch.nn.init.normal_(weight, mean=float(name.endswith("_norm.weight")), std=0.1)
    return parts


def conditionings(config):
    """Arguments of ``apply_model`` besides latents and text, by what they exercise."""

    generator = torch.Generator().manual_seed(1)
    frames = torch.ones(1, 1, 3, 2, 3)
    frames[:, :, 0] = 0
    sound = torch.ones(1, 8, 9, 16)
    sound[:, :, :2] = 0.25
    corner = torch.randint(0, 40, (1, 3, 6, 1), generator=generator)
    guides = torch.cat((corner, corner + 8), dim=-1)
    entry = {"pre_filter_count": 6, "strength": 0.3, "pixel_mask": None, "latent_shape": [1, 2, 3]}
    pixel_mask = torch.rand(1, 1, 1, 64, 96, generator=generator)
    dilated = frames.expand(1, 1, 3, 2, 3).clone()
    dilated[:, :, 2, :, 1] = -1
    reference = torch.randn(1, 4, config.audio.channels, generator=generator)
    return {
        "plain": {},
        "frame and sound masks": {"denoise_mask": frames, "audio_denoise_mask": sound},
        "spatial mask": {"denoise_mask": torch.rand(1, 1, 3, 2, 3, generator=generator)},
        "guides": {"keyframe_idxs": guides, "denoise_mask": frames},
        "weak guides": {
            "keyframe_idxs": guides,
            "denoise_mask": frames,
            "guide_attention_entries": [entry],
        },
        "guides with a mask": {
            "keyframe_idxs": guides,
            "denoise_mask": frames,
            "guide_attention_entries": [entry | {"strength": 2.0, "pixel_mask": pixel_mask}],
        },
        "guides on a coarser grid": {
            "keyframe_idxs": guides,
            "denoise_mask": dilated,
            "guide_attention_entries": [entry | {"latent_shape": [1, 2, 2]}],
        },
        "reference audio": {"ref_audio": {"tokens": reference}},
        "text mask": {"attention_mask": torch.tensor([[1, 1, 1, 0, 0]])},
        "skipped self-attention": {"transformer_options": {"stg_self_attn_blocks": {1}}},
        "severed modalities": {
            "transformer_options": {"a2v_cross_attn": False, "v2a_cross_attn": False}
        },
        "video hears nothing": {"transformer_options": {"a2v_cross_attn": False}},
    }


def relative_difference(theirs, ours):
    """Largest difference, in units of the largest value."""
    return ((theirs - ours).abs().max() / theirs.abs().max()).item()


def transformer_differences(theirs, ours, config):
    """Both base models on the same input, and both text connectors."""
    from comfy.utils import pack_latents

    generator = torch.Generator().manual_seed(2)
    video = torch.randn(1, 128, 3, 2, 3, generator=generator)
    audio = torch.randn(1, 8, 9, 16, generator=generator)
    widths = [config.context_width(stream) for stream in (config.video, config.audio)]
    common = {
        "t": torch.tensor([0.7]),
        "c_crossattn": torch.randn(1, 5, sum(widths), generator=generator),
        "frame_rate": 24.0,
    }
    packed, shapes = pack_latents([video, audio])
    inputs = {name: (packed, shapes, extra) for name, extra in conditionings(config).items()}
    inputs["video alone"] = (video, [video.shape], {})
    found = {}
    for name, (x, latent_shapes, extra) in inputs.items():
        pair = [
            model.apply_model(x.clone(), **common, latent_shapes=latent_shapes, **extra)
            for model in (theirs, ours)
        ]
        found[name] = relative_difference(*pair)
    connector = config.video.connector.width
    width = connector if config.caption_projection else connector + config.audio.connector.width
    features = torch.randn(1, 7, width, generator=generator)
    found["text connectors"] = relative_difference(
        *(
            model.diffusion_model.preprocess_text_embeds(features, unprocessed=True)
            for model in (theirs, ours)
        )
    )
    return found


def codec_differences(theirs, ours):
    """(VAE, audio VAE) pairs on the same latents, pictures and sound."""

    generator = torch.Generator().manual_seed(3)
    video = torch.randn(1, 128, 3, 2, 3, generator=generator)
    audio = torch.randn(1, 8, 9, 16, generator=generator)
    pictures = torch.rand(20, 64, 96, 3, generator=generator)
    sound = torch.randn(1, 2, 16000, generator=generator) / 4
    with_sound = [vae.first_stage_model for _, vae in (theirs, ours)]
    tiles = {"tile_x": 2, "tile_y": 2, "overlap": 0, "tile_t": 2, "overlap_t": 1}
    pairs = {
        "video decode": [vae.decode(video) for vae, _ in (theirs, ours)],
        "video decode tiled": [vae.decode_tiled(video, **tiles) for vae, _ in (theirs, ours)],
        "video encode": [vae.encode(pictures) for vae, _ in (theirs, ours)],
        "audio decode": [vae.decode(audio) for _, vae in (theirs, ours)],
        "audio encode": [with_sound[0].encode(sound, 16000), with_sound[1].encode(sound)],
    }
    return {name: relative_difference(*pair) for name, pair in pairs.items()}


def sampling_differences(model, transformer):
    """Both hosts' ``sample`` on a latent of which half is kept, by guidance."""
    from comfy.nested_tensor import NestedTensor

    guidance = pack_module("model.sampling").Guidance
    embedded = pack_module("host.embedded.sampling")
    holder = pack_module("host.embedded.diffusion_model").Model(transformer.eval())
    generator = torch.Generator().manual_seed(4)
    video = torch.randn(1, 128, 3, 2, 3, generator=generator)
    audio = torch.randn(1, 8, 9, 16, generator=generator)
    keep_first_frame, keep_half_the_sound = torch.ones(1, 1, 3, 2, 3), torch.ones(1, 1, 9, 1)
    keep_first_frame[:, :, 0] = 0
    keep_half_the_sound[:, :, :5] = 0
    latent = {
        "samples": NestedTensor((video, audio)),
        "noise_mask": NestedTensor((keep_first_frame, keep_half_the_sound)),
    }
    config = transformer.config
    width = sum(map(config.context_width, (config.video, config.audio)))
    prompts = [
        [[torch.randn(1, tokens, width, generator=generator), {"frame_rate": 24.0}]]
        for tokens in (5, 1)
    ]
    weights = {
        "kept parts": guidance(),
        "kept parts, guidance on the sound only": guidance(audio_cfg=4.0),
        "kept parts, all guidance": guidance(3.0, 7.0, 1.0, frozenset({1}), 3.0, 0.7),
        "kept parts, all guidance in an interval": guidance(
            3.0, 7.0, 1.0, frozenset({1}), 3.0, 0.7, (0.5, 0.9)
        ),
    }
    sigmas = torch.tensor([1.0, 0.8, 0.4, 0.0])
    found = {}
    for name, chosen in weights.items():
        pair = [
            run(target, chosen, *prompts, latent, "res_2s", sigmas, 5)["samples"].unbind()
            for run, target in ((pack_module("host").sample, model), (embedded.sample, holder))
        ]
        found[name] = max(map(relative_difference, *pair))
    return found


def patched_differences(nodes, name):
    """A LoRA against its merged weights, and weights stored in bfloat16 against float32."""
    from comfy.cli_args import args
    from comfy.model_management import load_models_gpu
    from comfy.utils import pack_latents
    from safetensors.torch import save_file

    file = pack_module("model.checkpoint").Checkpoint(BASE / "models/checkpoints" / name)
    make_model = pack_module("host").make_model
    generator = torch.Generator().manual_seed(6)
    shapes = ((1, 128, 3, 2, 3), (1, 8, 9, 16))
    packed, latent_shapes = pack_latents([torch.randn(s, generator=generator) for s in shapes])
    context = torch.randn(1, 5, 48, generator=generator)
    layer = "transformer_blocks.0.attn1.to_q"
    down, up = (torch.randn(shape, generator=generator) for shape in ((4, 32), (32, 4)))

    def applied(patcher):
        arguments = {"c_crossattn": context, "latent_shapes": latent_shapes}
        return patcher.model.apply_model(packed.clone(), torch.tensor([0.7]), **arguments)

    def velocities(patcher):
        load_models_gpu([patcher])
        return applied(patcher)

    folder = BASE / "models/loras"
    folder.mkdir(exist_ok=True)
    weights = {f"{layer}.lora_A.weight": down, f"{layer}.lora_B.weight": up}
    lora = {f"diffusion_model.{key}": weight for key, weight in weights.items()}
    save_file(lora, folder / "one.safetensors")
    plain, merged = make_model(file), make_model(file)
    (patched,) = nodes.LoraLoaderModelOnly().load_lora_model_only(plain, "one.safetensors", 0.5)
    base = velocities(plain)
    merged.model.diffusion_model.state_dict()[f"{layer}.weight"] += 0.5 * up @ down
    args.bf16_unet = True
    half = make_model(file)
    args.bf16_unet, args.fp8_e4m3fn_unet = False, True
    eighth = make_model(file)
    args.fp8_e4m3fn_unet = False
    rounded = make_model(file)
    for weight in rounded.model.diffusion_model.parameters():
        weight.copy_(weight.to(torch.float8_e4m3fn))
    with_lora = velocities(patched)
    patched.detach()
    # Weights beyond a budget of one byte stay where they are offloaded, patched when they are used.
    patched.load(patched.load_device, lowvram_model_memory=1)
    layers = [m for m in patched.model.modules() if hasattr(m, "comfy_cast_weights")]
    return {
        "layers": len(layers),
        "offloaded layers": sum(layer.comfy_cast_weights for layer in layers),
        "offloaded and loaded": relative_difference(with_lora, applied(patched)),
        "float8 weights and their values": relative_difference(
            velocities(rounded), velocities(eighth)
        ),
        "bytes in float8": eighth.model_size() / plain.model_size(),
        "LoRA and merged weights": relative_difference(velocities(merged), with_lora),
        "LoRA and no LoRA": relative_difference(base, with_lora),
        "after the LoRA and before": relative_difference(base, velocities(plain)),
        "bfloat16 weights": relative_difference(base, velocities(half)),
        "bytes in bfloat16": half.model_size() / plain.model_size(),
    }


def differences(nodes, generation):
    """One saved checkpoint through ComfyUI's own loaders and through ours."""
    from comfy_extras.nodes_lt_audio import LTXVAudioVAELoader

    checkpoint, host = pack_module("model.checkpoint"), pack_module("host")
    name = f"generation-{generation}.safetensors"
    path = BASE / "models/checkpoints" / name
    parts = random_parts(generation)
    checkpoint.save_checkpoint(path, parts, checkpoint.CheckpointInfo(generation))
    file = checkpoint.Checkpoint(path)
    model, _, vae = nodes.CheckpointLoaderSimple().load_checkpoint(name)
    audio_vae = LTXVAudioVAELoader.execute(name).args[0]
    ours = host.make_model(file)
    return (
        transformer_differences(model.model, ours.model, parts.transformer.config)
        | sampling_differences(ours, parts.transformer)
        | codec_differences(
            (vae, audio_vae), (host.make_video_vae(file), host.make_audio_vae(file))
        )
    )


if __name__ == "__main__":
    comfyui_nodes = start_comfyui()
    report = {"load": audited_load(comfyui_nodes)}
    with torch.inference_mode():
        for generation in ("2.0", "2.3"):
            report[generation] = differences(comfyui_nodes, generation)
        report["patched"] = patched_differences(comfyui_nodes, "generation-2.3.safetensors")
    print(json.dumps(report))  # noqa: T201 - the report is what the caller reads
