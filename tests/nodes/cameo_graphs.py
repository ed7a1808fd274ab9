"""Graphs with cameos on a tiny checkpoint, run by the engine in the home of a person."""

from __future__ import annotations

from pathlib import Path

from hibari.headless.engine import Engine
from hibari.headless.registry import load_blocks
from hibari.host.embedded.folders import checkpoints_directory, set_folders

from ..headless.tiny_checkpoint import save_tiny_checkpoint

TINY = "tiny.safetensors"
PROMPT = "@anna walks on the beach"


def node(class_type, **inputs):
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}


def cameo_graph(names=("Anna",), prompt=PROMPT, save=True, **sampling):
    """Loader, prompt, one Apply block for each cameo, sampler, decoders, save block."""
    graph = {
        "load": node("HibariLoadModel", checkpoint=TINY),
        "empty": node(
            "HibariEmptyLatent",
            aspect="custom",
            width=64,
            height=64,
            seconds=0.4,
            fps=24.0,
            batch_size=1,
        ),
        "text": node("HibariTextEncode", clip=["load", 1], prompt=prompt),
    }
    last = "text"
    for name in names:
        graph[f"cameo {name}"] = node("HibariLoadCameo", cameo=name)
        graph[f"apply {name}"] = node(
            "HibariApplyCameo",
            conditioning=[last, 0],
            cameo=[f"cameo {name}", 0],
            vae=["load", 2],
            audio_vae=["load", 3],
            role="",
            likeness=1.0,
            voice=1.0,
        )
        last = f"apply {name}"
    graph["sample"] = node(
        "HibariSample",
        model=["load", 0],
        positive=[last, 0],
        latent=["empty", 0],
        **({"steps": 1, "guidance": 1.0, "seed": 3} | sampling),
    )
    if save:
        graph |= {
            "frames": node("HibariDecodeVideo", latent=["sample", 0], vae=["load", 2]),
            "sound": node("HibariDecodeAudio", latent=["sample", 0], audio_vae=["load", 3]),
            "save": node(
                "HibariSaveVideo",
                images=["frames", 0],
                audio=["sound", 0],
                fps=["empty", 2],
                filename_prefix="clip",
            ),
        }
    else:
        graph["keep"] = node("KeepLatent", latent=["sample", 0])
    return graph


class Studio:
    """An engine in the home of a person, with a folder for outputs."""

    def __init__(self, person, checkpoint: Path):
        self.person, self.output = person, person.home / "output"
        self.kept = []
        with person.here():
            folder = checkpoints_directory()
            folder.mkdir(parents=True, exist_ok=True)
            target = folder / TINY
            if not target.exists():
                target.hardlink_to(checkpoint)
            self.blocks = {**load_blocks(), "KeepLatent": keep_block(self.kept)}
        self.engine = Engine(self.blocks)

    def run(self, graph):
        with self.person.here():
            set_folders(output=self.output)
            try:
                return self.engine.run(graph)
            finally:
                set_folders(output=None)

    def latents(self, graph):
        """Video and audio latents that a graph samples."""
        self.kept.clear()
        result = self.run(graph)
        assert result.failure is None, result.failure.exception_message
        return self.kept[-1]["samples"].unbind()

    def refusal(self, graph):
        """Why a graph failed."""
        result = self.run(graph)
        if result.failure is not None:
            return result.failure.exception_message
        return " ".join(result.validation.problems(result.prompt))

    @property
    def files(self):
        return sorted(path.name for path in self.output.rglob("*.mp4"))


def keep_block(kept):
    """An output block that keeps the latent it is given."""
    from hibari.host.embedded import io

    class KeepLatent(io.ComfyNode):
        @classmethod
        def define_schema(cls):
            return io.Schema(
                node_id="KeepLatent", is_output_node=True, inputs=[io.Latent.Input("latent")]
            )

        @classmethod
        def execute(cls, latent):
            kept.append(latent)
            return io.NodeOutput()

    return KeepLatent


def tiny_checkpoint(folder: Path) -> Path:
    """A checkpoint of random weights."""
    path = folder / TINY
    save_tiny_checkpoint(path)
    return path


def difference(one, other):
    """Largest difference of two latents' streams."""
    return max(float((a - b).abs().max()) for a, b in zip(one, other, strict=True))
