"""All stages of a clip one after the other: what a graph of our blocks does, in one call."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

    from .reach import Fit


def make_clip(checkpoint: str, prompt: str, wish: Fit, image: Tensor | None, seed: int) -> Any:
    """Return the VIDEO of a prompt, from a checkpoint of the dropdown and with its own settings.

    Raises:
        ValueError: an unusable prompt, picture, seed or checkpoint.
    """
    from ..host import InputImpl, Types
    from .av_latent import empty_latent
    from .conditioning import encode
    from .decode import HibariDecodeAudio, HibariDecodeVideo
    from .first_frame import with_first_frame
    from .load_model import HibariLoadModel
    from .reach import scaled
    from .sample import HibariSample
    from .text_encode import HibariTextEncode

    model, clip, vae, audio_vae = HibariLoadModel.execute(checkpoint).args
    if prompt.strip() or image is None:
        (positive,) = HibariTextEncode.execute(clip, prompt).args
    else:
        positive = encode(clip, "")
    latent = empty_latent(wish.plan, 1)
    if image is not None:
        latent = with_first_frame(latent, image, vae, wish.plan.shape)
    (made,) = HibariSample.execute(model, positive, latent, seed=seed).args
    (images,) = HibariDecodeVideo.execute(made, vae).args
    (audio,) = HibariDecodeAudio.execute(made, audio_vae).args
    frames = scaled(images, wish.width, wish.height)
    rate = Fraction(wish.plan.fps).limit_denominator(1001)
    return InputImpl.VideoFromComponents(
        Types.VideoComponents(frames, frame_rate=rate, audio=audio)
    )
