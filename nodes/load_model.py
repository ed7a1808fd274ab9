"""From a checkpoint file to the four wires that everything else connects to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import checkpoint_names, io
from .named_errors import named_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..trust.credentials.contribution import Contribution

NAME = "Hibari Load Model"


class HibariLoadModel(io.ComfyNode):
    """Loads the networks of one LTX-2-format file: the bundled one, or any in the models folder."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariLoadModel",
            display_name=NAME,
            category="Hibari/loaders",
            description=(
                "Loads a checkpoint that makes video with sound (LTX-2 format). The bundled "
                "playground model needs no download and runs on a CPU."
            ),
            search_aliases=[
                *("checkpoint", "load checkpoint", "CheckpointLoaderSimple", "ltx-2", "ltxv"),
                *("text to video", "unet loader", "diffusion model"),
            ],
            inputs=[
                io.Combo.Input(
                    "checkpoint",
                    options=checkpoint_names(),
                    tooltip=(
                        "The file to load. hibari-playground comes with Hibari (256x256, 2 s, a "
                        "world of falling things); others are the .safetensors files in "
                        "models/checkpoints. Memory: about the size of the file."
                    ),
                ),
            ],
            outputs=[
                io.Model.Output("model", tooltip="The audio-video transformer."),
                io.Clip.Output("clip", tooltip="The text encoder."),
                io.Vae.Output("vae", tooltip="The video codec: latents to pictures."),
                io.Vae.Output("audio_vae", tooltip="The audio codec: latents to sound."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(cls, checkpoint: str) -> io.NodeOutput:
        """Return MODEL, CLIP, VAE and audio VAE of a checkpoint from the dropdown."""
        from ..host import checkpoint_path, make_audio_vae, make_clip, make_model, make_video_vae
        from ..model.checkpoint import Checkpoint

        file = Checkpoint(checkpoint_path(checkpoint))
        model = make_model(file)
        # On the network, because that is what copies of a MODEL (with LoRA, say) share.
        network = model.model.diffusion_model
        network.recommended = file.info.recommended
        network.trained_with_references = file.info.trained_with_references
        return io.NodeOutput(model, make_clip(file), make_video_vae(file), make_audio_vae(file))

    @classmethod
    def contributes(cls, inputs: Mapping[str, Any]) -> list[Contribution]:
        """Tell the checkpoint and its hash; a name that is linked is told by nobody."""
        from ..host import checkpoint_path
        from ..trust.credentials.contribution import Contribution
        from .checkpoint_hash import checkpoint_hash

        name = inputs.get("checkpoint")
        if not isinstance(name, str):
            return []
        path = checkpoint_path(name)
        return [Contribution("model", {"name": path.stem, **checkpoint_hash(path)})]
