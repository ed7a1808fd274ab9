"""From noise to the latents of a clip."""

from __future__ import annotations

from typing import Any

from ..host import io, ui
from .named_errors import named_errors
from .sample_widgets import guidance_inputs, sampling_inputs
from .shared_inputs import model_input

NAME = "Hibari Sample"


class HibariSample(io.ComfyNode):
    """Makes picture and sound together, step by step, out of seeded noise."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariSample",
            display_name=NAME,
            category="Hibari/sampling",
            description=(
                "Makes the clip: picture and sound together, out of noise. The same seed and "
                "settings give the same clip on every device. Frames per second come from the "
                "latent. Where the prompt leaves open what the bundled model wants to know (a "
                "colour, on which side a thing is, from how high it falls), the seed chooses, and "
                "the words are shown here."
            ),
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            search_aliases=[
                *("ksampler", "SamplerCustomAdvanced", "sampler", "generate", "denoise"),
                *("text to video", "cfg guider", "stg"),
            ],
            inputs=[
                model_input(),
                io.Conditioning.Input("positive", tooltip="What to make: Hibari Text Encode."),
                io.Latent.Input("latent", tooltip="What to fill: Hibari Empty Latent."),
                *sampling_inputs(),
                io.Conditioning.Input(
                    "negative",
                    optional=True,
                    tooltip=(
                        "What to keep away from. Unconnected, guidance compares with an empty "
                        "prompt, which is what the bundled model was trained with."
                    ),
                ),
                *guidance_inputs(),
            ],
            outputs=[
                io.Latent.Output("latent", tooltip="Finished video and audio latents, to decode.")
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        model: Any,
        positive: Any,
        latent: dict[str, Any],
        steps: int = 0,
        guidance: float = 0.0,
        seed: int = 0,
        sampler: str = "euler",
        schedule: str = "ltx2",
        negative: Any = None,
        denoise: float = 1.0,
        **terms: float,
    ) -> io.NodeOutput:
        """Return the sampled LATENT."""
        from ..host import sample
        from .av_latent import agreed_frame_rate, check_joint, with_frame_rate
        from .edit_latent import DENOISE
        from .open_details import with_details
        from .provenance import hidden_of
        from .sampling_request import check_seed, guidance_from, negative_for, sigmas_for

        check_joint(latent)
        check_seed(seed)
        chosen = guidance_from(model, guidance, **terms)
        strength = min(denoise, latent.get(DENOISE, 1.0))
        sigmas = sigmas_for(model, latent, schedule, steps, strength)
        fps = agreed_frame_rate(latent, positive, negative)
        negative = negative_for(positive, negative, chosen)
        told_as = ""
        if strength == 1:
            positive, told_as = with_details(model, positive, latent, seed, *hidden_of(cls))
        prompts = [positive, negative]
        told = [prompt and with_frame_rate(prompt, fps) for prompt in prompts]
        made = sample(model, chosen, *told, latent, sampler, sigmas, seed)
        done = {name: value for name, value in made.items() if name != DENOISE}
        shown = ui.PreviewText(told_as) if told_as else None
        return io.NodeOutput({**done, "frame_rate": fps}, ui=shown)
