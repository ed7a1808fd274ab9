"""Runs in ComfyUI's interpreter and prints one JSON object: how references act under its sampling.

Arguments: ComfyUI's folder, the pack's folder, a base folder with a revocation list; HIBARI_HOME
holds the cameo "Anna" and a grant for it.
Not a test itself.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import torch
from comfyui_probe import BASE, PACK, pack_module, random_parts, relative_difference, start_comfyui

WIDTH, FPS = 48, 24.0
SIGMAS = torch.tensor([1.0, 0.6, 0.0])


class Sealed:
    """References without an owner: opened for every run, or refused."""

    def __init__(self, references, refusal=None):
        self.references, self.refusal, self.runs = references, refusal, []

    def begin(self, held, entries, clips):
        self.runs.append(len(entries))
        if self.refusal:
            raise ValueError(self.refusal)
        return [one.references for one in held]


def subjects(generator):
    """Two subjects: one with looks and voice, one with looks on another grid."""
    reference = pack_module("model.sampling.references").Reference

    def noise(*shape):
        return torch.randn(shape, generator=generator)

    return (
        reference("anna", noise(2, 128, 2, 2), noise(5, 128), 2.0, 1.5),
        reference("rex", noise(1, 128, 2, 3), None),
    )


def latent(generator):
    """A clip of which nothing is made yet."""
    from comfy.nested_tensor import NestedTensor

    video = torch.zeros(1, 128, 3, 2, 3)
    audio = torch.zeros(1, 8, 9, 16)
    return {"samples": NestedTensor((video, audio))}


def prompts(generator):
    """Positive and negative conditionings."""
    return [
        [[torch.randn(1, tokens, WIDTH, generator=generator), {"frame_rate": FPS}]]
        for tokens in (5, 2)
    ]


def sampled(run, model, positive, negative, clip):
    """Streams that ``run`` (a host's ``sample``) makes with text guidance."""
    guidance = pack_module("model.sampling").Guidance(3.0, 2.0)
    made = run(model, guidance, positive, negative, clip, "euler", SIGMAS, 5)
    return made["samples"].unbind()


def by_ksampler(nodes, model, positive, negative, clip):
    """The same through the stock KSampler."""
    (made,) = nodes.KSampler().sample(
        model, 5, 2, 3.0, "euler", "simple", positive, negative, clip, 1.0
    )
    return made["samples"].unbind()


def difference(one, other):
    """Largest relative difference of two clips."""
    return max(map(relative_difference, one, other))


def references_report(nodes):
    """References on our network in both hosts, and on ComfyUI's network with the same weights."""
    checkpoint, host = pack_module("model.checkpoint"), pack_module("host")
    embedded = pack_module("host.embedded.sampling")
    holder = pack_module("host.embedded.diffusion_model").Model
    name = "cameo.safetensors"
    parts = random_parts("2.3")
    path = BASE / "models/checkpoints" / name
    checkpoint.save_checkpoint(path, parts, checkpoint.CheckpointInfo("cameo"))
    ours = host.make_model(checkpoint.Checkpoint(path))
    theirs, _, _ = nodes.CheckpointLoaderSimple().load_checkpoint(name)
    generator = torch.Generator().manual_seed(8)
    sealed = Sealed(subjects(generator))
    positive, negative = prompts(generator)
    clip = latent(generator)
    told = [host.with_references(one, sealed) for one in (positive, negative)]
    plain = {"hibari_references": sealed}
    here = [
        [[context, options | plain] for context, options in one] for one in (positive, negative)
    ]
    in_ours = sampled(host.sample, ours, *told, clip)
    in_theirs = sampled(host.sample, theirs, *told, clip)
    alone = sampled(embedded.sample, holder(parts.transformer.eval()), *here, clip)
    without = sampled(host.sample, ours, positive, negative, clip)
    refused = Sealed(sealed.references, "revoked")
    calls = []
    theirs_refused = [host.with_references(one, refused) for one in (positive, negative)]
    watched = theirs.clone()

    def count(apply, given):
        calls.append(1)
        return apply(given["input"], given["timestep"], **given["c"])

    watched.set_model_unet_function_wrapper(count)
    try:
        sampled(host.sample, watched, *theirs_refused, clip)
        message = ""
    except ValueError as error:
        message = str(error)
    runs = len(sealed.runs)
    return {
        "both hosts": difference(alone, in_ours),
        "our network and ComfyUI's": difference(in_theirs, in_ours),
        "with and without": difference(without, in_ours),
        "KSampler with and without": difference(
            by_ksampler(nodes, theirs, positive, negative, clip),
            by_ksampler(nodes, theirs, *told, clip),
        ),
        "KSampler on both networks": difference(
            by_ksampler(nodes, theirs, *told, clip), by_ksampler(nodes, ours, *told, clip)
        ),
        "opened once a run": runs == 3 and len(sealed.runs) == 6,
        "refusal": message,
        "model calls after a refusal": len(calls),
        "afterwards": difference(without, sampled(host.sample, ours, positive, negative, clip)),
    }


def cameo_report(nodes):
    """A granted cameo through our blocks, on a checkpoint that ComfyUI's own nodes loaded."""
    from comfy_extras.nodes_lt_audio import LTXVAudioVAELoader

    prompt, host = pack_module("trust.cameo.prompt"), pack_module("host")
    load, apply = (pack_module(f"nodes.cameo_{name}") for name in ("load", "apply"))
    granting = pack_module("trust.cameo.granting")
    model, _, vae = nodes.CheckpointLoaderSimple().load_checkpoint("cameo.safetensors")
    audio_vae = LTXVAudioVAELoader.execute("cameo.safetensors").args[0]
    generator = torch.Generator().manual_seed(9)
    positive, negative = prompts(generator)
    context = positive[0][0]
    record = prompt.PromptRecord("a walk on the beach", prompt.context_digest(context))
    positive = [[context, positive[0][1] | {prompt.PROMPT: record}]]
    (loaded,) = load.HibariLoadCameo.execute("Anna").args
    (told,) = apply.HibariApplyCameo.execute(positive, loaded, vae, audio_vae=audio_vae).args
    clip = latent(generator)
    seen = watched_calls(model.model.diffusion_model)
    without = sampled(host.sample, model, positive, negative, clip)
    plain = seen[:]
    seen.clear()
    with_cameo = sampled(host.sample, model, told, negative, clip)
    shown = [call for call in seen if call["guides"]]
    reference = apply.sealed_reference(loaded, "anna", (vae, audio_vae), (1.0, 1.0)).open()
    changed = refused_run(nodes, seen, model, [[context + 1, told[0][1]]], negative, clip)
    granting.import_file(BASE / "taken-back.revocations")
    revoked = refused_run(nodes, seen, model, told, negative, clip)
    entries = pack_module("trust.cameo.ledger").Ledger().entries()
    return {
        "with and without": min(map(relative_difference, without, with_cameo)),
        "guides without": sum(call["guides"] for call in plain),
        "guides": sorted({call["guides"] for call in shown}),
        "reference audio": sorted({call["voice"] for call in shown}),
        "view tokens": reference.views[:, 0].numel(),
        "voice tokens": len(reference.voice),
        "the clip's own shapes": [s.shape for s in with_cameo] == [s.shape for s in without],
        "saved latent": saved_latent(nodes, with_cameo[0], reference.views),
        "kinds": [entry.kind for entry in entries],
        "changed words": changed,
        "revoked": revoked,
    }


def watched_calls(network):
    """What the network's forward pass is given from now on: tokens of guides and of voices."""
    seen, forward = [], network._forward

    def watch(x, timestep, context, mask, rate, options, keyframes=None, *rest, **conditions):
        voice = conditions.get("ref_audio")
        mask_of_clip = conditions.get("denoise_mask")
        present = keyframes is not None and int((mask_of_clip[:, :, 3:] >= 0).sum())
        tokens = 0 if voice is None else voice["tokens"].shape[1]
        seen.append({"guides": int(present), "voice": tokens})
        return forward(x, timestep, context, mask, rate, options, keyframes, *rest, **conditions)

    network._forward = watch
    return seen


def refused_run(nodes, seen, model, positive, negative, clip):
    """[why a run is refused, how often the network was called for it]."""
    seen.clear()
    try:
        by_ksampler(nodes, model, positive, negative, clip)
    except ValueError as error:
        return [str(error), len(seen)]
    return ["", len(seen)]


def saved_latent(nodes, video, views):
    """What the stock SaveLatent writes of a clip with a cameo."""
    from safetensors import safe_open

    saver = nodes.SaveLatent()
    told = saver.save({"samples": video}, "clip")["ui"]["latents"][0]
    path = Path(saver.output_dir) / told["subfolder"] / told["filename"]
    with safe_open(path, "pt") as file:
        names, kept = sorted(file.keys()), file.get_tensor("latent_tensor")
    return {
        "names": names,
        "is the clip": bool(torch.equal(kept, video)),
        "holds a view": views[:1].numpy().tobytes() in path.read_bytes(),
    }


if __name__ == "__main__":
    comfyui_nodes = start_comfyui()
    asyncio.run(comfyui_nodes.load_custom_node(str(PACK)))
    with torch.inference_mode():
        report = {"references": references_report(comfyui_nodes)}
        report["cameo"] = cameo_report(comfyui_nodes)
    print(json.dumps(report))  # noqa: T201 - the report is what the caller reads
