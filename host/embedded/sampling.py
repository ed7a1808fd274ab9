"""``sample``: our loop under our guider, with progress and cancelling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .nested_tensor import NestedTensor
from .progress import ProgressBar, check_interrupted

if TYPE_CHECKING:
    from torch import Tensor

    from ...model.sampling import Guidance, TextContext
    from ...model.sampling.references import Reference
    from .diffusion_model import Model

Conditioning = list[list[Any]]


def sample(
    model: Model,
    guidance: Guidance,
    positive: Conditioning,
    negative: Conditioning | None,
    latent: dict[str, Any],
    sampler_name: str,
    sigmas: Tensor,
    seed: int,
) -> dict[str, Any]:
    """LATENT sampled from seeded noise: drawn on the CPU, video before audio.

    ``negative`` is needed where ``guidance`` compares with it. A ``noise_mask`` in ``latent``
    keeps what it has where the mask is 0.

    Raises:
        ValueError: it is needed and there is none, or sampler, sigmas or seed are out of range.
    """
    from ...model.sampling import Guider, Kept
    from ...model.sampling import sample as run
    from ...model.sampling.references import begin
    from ...model.transformer import TransformerInputs

    given = _streams(latent["samples"])
    start = tuple(stream.to(model.load_device).float() for stream in given)
    kept = None
    if latent.get("noise_mask") is not None:
        kept = Kept(start, _streams(latent["noise_mask"]))
    given_prompts = [positive] if negative is None else [positive, negative]
    attracting = given_prompts if guidance.follows_negative else [positive]
    opened = begin(given_prompts, attracting, clips=len(start[0]))
    guider = Guider(
        model.model.diffusion_model,
        _text(positive, "positive", opened),
        None if negative is None else _text(negative, "negative", opened),
        guidance,
        TransformerInputs(frame_rate=float(positive[0][1].get("frame_rate", 25.0))),
        kept,
    )
    bar = ProgressBar(len(sigmas) - 1)

    def denoise(x: Any, sigma: Tensor) -> Any:
        check_interrupted()
        return guider(x, sigma)

    done = run(denoise, start, sigmas, seed, sampler_name, lambda _: bar.update(1))
    streams = tuple(stream.cpu() for stream in done)
    return latent | {"samples": NestedTensor(streams) if len(streams) > 1 else streams[0]}


def _streams(samples: Any) -> tuple[Tensor, ...]:
    return tuple(samples.unbind()) if getattr(samples, "is_nested", False) else (samples,)


def _text(
    conditioning: Conditioning, name: str, opened: dict[int, tuple[Reference, ...]]
) -> TextContext:
    """The one encoded prompt of a CONDITIONING, with the subjects it refers to.

    Raises:
        ValueError: it holds several (combined, scheduled or regional prompts).
    """
    from ...model.sampling import TextContext
    from ...model.sampling.references import REFERENCES

    if len(conditioning) != 1:
        raise ValueError(
            f"the {name} conditioning holds {len(conditioning)} prompts; without ComfyUI use one, "
            "or run the graph with --server"
        )
    context, options = conditioning[0]
    references = opened.get(id(options.get(REFERENCES)), ())
    return TextContext(context, options.get("attention_mask"), references)
