"""A picture as the first frame of a clip yet to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .keyframes import Keyframe, with_keyframes

if TYPE_CHECKING:
    from torch import Tensor


def with_first_frame(latent: dict[str, Any], image: Tensor, vae: Any) -> dict[str, Any]:
    """Return a copy of a joint LATENT that starts with ``image`` [1, H, W, 3] and keeps it.

    The picture is scaled to cover the latent's size.

    Raises:
        ValueError: it is not one picture.
    """
    return with_keyframes(latent, [Keyframe(one_picture("image", image), 0, 1.0, "image")], vae)


def one_picture(name: str, image: Tensor) -> Tensor:
    """Return the picture [H, W, 3 or 4] of an IMAGE that is to hold one.

    Raises:
        ValueError: it holds none or several.
    """
    if image.ndim != 4 or len(image) != 1:
        raise ValueError(
            f"{name} of shape {list(image.shape)} is not one picture. Connect a single image, "
            "for example through Image From Batch"
        )
    return image[0]
