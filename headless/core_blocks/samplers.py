"""KSampler, over our samplers: what is the same in both is offered."""

from __future__ import annotations

from typing import Any

from ...host.embedded import io

MAX_SEED = 2**64 - 1


class KSampler(io.ComfyNode):
    """From noise to latents, with classifier-free guidance."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="KSampler",
            display_name="KSampler",
            category="model/sampling",
            inputs=[
                io.Model.Input("model"),
                io.Int.Input("seed", default=0, min=0, max=MAX_SEED, control_after_generate=True),
                io.Int.Input("steps", default=20, min=1, max=10000),
                io.Float.Input("cfg", default=8.0, min=0.0, max=100.0, step=0.1, round=0.01),
                io.Combo.Input(
                    "sampler_name",
                    options=["euler", "heun"],
                    tooltip="Without ComfyUI: euler or heun.",
                ),
                io.Combo.Input("scheduler", options=["simple"], tooltip="Without ComfyUI: simple."),
                io.Conditioning.Input("positive"),
                io.Conditioning.Input("negative"),
                io.Latent.Input("latent_image"),
                io.Float.Input("denoise", default=1.0, min=0.0, max=1.0, step=0.01),
            ],
            outputs=[io.Latent.Output()],
        )

    @classmethod
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        model: Any,
        seed: int,
        steps: int,
        cfg: float,
        sampler_name: str,
        scheduler: str,
        positive: Any,
        negative: Any,
        latent_image: dict[str, Any],
        denoise: float = 1.0,
    ) -> io.NodeOutput:
        """Return LATENT; a denoise of 0 returns what came in."""
        from ...host.embedded.sampling import sample
        from ...model.sampling.guidance import Guidance
        from ...model.sampling.schedules import make_sigmas

        if denoise == 0:
            return io.NodeOutput(latent_image)
        sigmas = make_sigmas(scheduler, steps, strength=denoise)
        guidance = Guidance.uniform(cfg)
        return io.NodeOutput(
            sample(model, guidance, positive, negative, latent_image, sampler_name, sigmas, seed)
        )


BLOCKS = (KSampler,)
