"""The widgets of the sample block: the everyday ones, and those behind "advanced"."""

from __future__ import annotations

from ..host import io

MAX_SEED = 2**64 - 1
# Named here because listing blocks must not import the samplers (and torch with them).
SAMPLERS = ("euler", "heun", "res_2s", "res_2m")
SCHEDULES = ("ltx2", "simple", "linear", "distilled")


def sampling_inputs() -> list[io.WidgetInput]:
    """Return steps, guidance, seed, sampler and schedule."""
    return [
        io.Int.Input(
            "steps",
            default=0,
            min=0,
            max=1000,
            tooltip=(
                "Number of steps; time grows with it. 0 takes what the checkpoint recommends: 8 "
                "for the bundled model and for distilled ones, 40 for official LTX-2 weights."
            ),
        ),
        io.Float.Input(
            "guidance",
            default=0.0,
            min=0.0,
            max=30.0,
            step=0.1,
            round=0.01,
            tooltip=(
                "How strongly the clip follows the prompt. 0 takes what the checkpoint recommends "
                "(1 for the bundled model, which has it inside; 3 for official LTX-2). 1 adds "
                "nothing and takes half the time; negative prompts need more. Too high looks burnt."
            ),
        ),
        io.Int.Input(
            "seed",
            default=0,
            min=0,
            max=MAX_SEED,
            control_after_generate=True,
            tooltip="Which noise to start from; another number is another take. Costs nothing.",
        ),
        io.Combo.Input(
            "sampler",
            options=list(SAMPLERS),
            default="euler",
            optional=True,
            tooltip=(
                "How steps are taken. euler is fast and steady; res_2m is finer at the same cost; "
                "heun and res_2s are finer and take twice the time per step."
            ),
        ),
        io.Combo.Input(
            "schedule",
            options=list(SCHEDULES),
            default="ltx2",
            optional=True,
            tooltip=(
                "How noise falls over the steps. ltx2 adapts to the clip's size; simple is "
                "ComfyUI's; linear is even; distilled has the steps that distilled weights were "
                "made for, 8 with LTX-2."
            ),
        ),
    ]


def guidance_inputs() -> list[io.WidgetInput]:
    """Return denoise and the further guidance terms, all neutral unless changed."""
    return [
        _term(
            "denoise",
            (1.0, 0.01, 1.0),
            "Share of the way from noise: 1 makes a new clip, below 1 changes the given latent. "
            "Time per step stays.",
        ),
        _term(
            "audio_guidance",
            (0.0, 0.0, 30.0),
            "Guidance for the sound alone; 0 takes the value of guidance, or what is recommended "
            "where that is 0. Official LTX-2 likes 7. Costs nothing extra.",
        ),
        _term(
            "stg",
            (0.0, 0.0, 10.0),
            "Spatio-temporal guidance: firmer shapes and motion. 0 is off; 1 suits official LTX-2 "
            "and adds one model run per step.",
        ),
        _term(
            "modality_guidance",
            (1.0, 0.0, 10.0),
            "How strongly picture and sound follow each other. 1 is off; 3 suits official LTX-2 "
            "and adds one model run per step.",
        ),
        _term(
            "rescale",
            (0.0, 0.0, 1.0),
            "Takes back contrast that strong guidance adds; 0 is off, 0.7 suits guidance above 4. "
            "Costs nothing.",
        ),
    ]


def _term(name: str, limits: tuple[float, float, float], tooltip: str) -> io.Float.Input:
    default, low, high = limits
    return io.Float.Input(
        name,
        default=default,
        min=low,
        max=high,
        step=0.05,
        round=0.01,
        optional=True,
        advanced=True,
        tooltip=tooltip,
    )
