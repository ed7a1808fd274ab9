"""Picture files: reading any common one (animated ones too), writing PNG with the graph inside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from .errors import MediaError, existing_file, read_error
from .partial_file import partial_file

ALLOWED = "png, jpg, webp, gif, bmp or tiff"


def read_image(path: str | Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Return pictures ``[F, H, W, 3]`` in 0..1 and their opacity ``[F, H, W]`` (1 is opaque).

    F is 1 except for animated files. Camera rotation is applied; 16 bit values keep their depth.

    Raises:
        MediaError: missing, unreadable or absurdly large.
    """
    file = existing_file(path)
    try:
        with Image.open(file) as image:
            pages = [_page(page) for page in ImageSequence.Iterator(image)]
    except Image.DecompressionBombError as error:
        raise MediaError(f"{file.name} has too many pixels. Scale it down first.") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise read_error(file, "image", ALLOWED) from error
    stack = torch.from_numpy(np.stack(pages))
    return stack[..., :3].contiguous(), stack[..., 3].contiguous()


def write_png(
    path: str | Path, image: torch.Tensor | np.ndarray, tags: dict[str, str] | None = None
) -> Path:
    """Write one picture ``[H, W, 3 or 4]`` (float 0..1 or uint8) as PNG; return its path.

    Raises:
        MediaError: a shape that is no picture.
        MediaWriteError: disk full or no permission.
    """
    target = Path(path).absolute()
    values = torch.as_tensor(image).detach().cpu()
    if values.ndim != 3 or values.shape[-1] not in (3, 4):
        raise MediaError(f"{target.name}: {list(values.shape)} is no [height, width, 3] picture.")
    if values.dtype != torch.uint8:
        values = (values.float().clamp(0, 1) * 255).round().to(torch.uint8)
    info = PngInfo()
    for key, value in (tags or {}).items():
        info.add_text(key, value)
    with partial_file(target) as partial:
        Image.fromarray(values.numpy()).save(partial, "PNG", pnginfo=info, compress_level=4)
    return target


def _page(page: Image.Image) -> np.ndarray:
    """Return one page as float32 ``[H, W, 4]`` in 0..1."""
    page = ImageOps.exif_transpose(page)
    if page.mode.startswith("I;16") or page.mode == "I":
        grey = np.asarray(page, dtype=np.float32) / 65535
        return np.stack([grey, grey, grey, np.ones_like(grey)], axis=-1).clip(0, 1)
    return np.asarray(page.convert("RGBA"), dtype=np.float32) / 255
