"""Runs in ComfyUI's interpreter and prints one JSON object: how references act under its sampling.

Arguments: ComfyUI's folder, the pack's folder, a base folder; HIBARI_HOME holds the cameo "Anna".
Not a test itself.
"""

from __future__ import annotations

import asyncio
import json

import torch
from comfyui_probe import BASE, PACK, pack_module, random_parts, relative_difference, start_comfyui

WIDTH, FPS = 48, 24.0
SIGMAS = torch.tensor([1.0, 0.6, 0.0])


class Sealed:
    """References without an owner: opened for every run, or refused."""

    def __init__(self, references, refusal=None):
        self.references, self.refusal, self.runs = references, refusal, []

    def begin(self, held, entries):
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
    """An enrolled cameo through our blocks, on a checkpoint that ComfyUI's own nodes loaded."""
    from comfy_extras.nodes_lt_audio import LTXVAudioVAELoader

    prompt, host = pack_module("trust.cameo.prompt"), pack_module("host")
    load, apply = (pack_module(f"nodes.cameo_{name}") for name in ("load", "apply"))
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
    without = sampled(host.sample, model, positive, negative, clip)
    with_cameo = sampled(host.sample, model, told, negative, clip)
    changed = [[context + 1, told[0][1]]]
    try:
        by_ksampler(nodes, model, changed, negative, clip)
        message = ""
    except ValueError as error:
        message = str(error)
    entries = pack_module("trust.cameo.ledger").Ledger().entries()
    return {
        "with and without": min(map(relative_difference, without, with_cameo)),
        "uses": sum(entry.kind == "use" for entry in entries),
        "changed words": message,
    }


if __name__ == "__main__":
    comfyui_nodes = start_comfyui()
    asyncio.run(comfyui_nodes.load_custom_node(str(PACK)))
    with torch.inference_mode():
        report = {"references": references_report(comfyui_nodes)}
        report["cameo"] = cameo_report(comfyui_nodes)
    print(json.dumps(report))  # noqa: T201 - the report is what the caller reads
