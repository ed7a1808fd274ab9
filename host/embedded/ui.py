"""The ``ui`` namespace of the V3 block contract: what a block shows of its results.

Every value shown is a list; files are ``SavedResult`` (name, subfolder, folder type). Previews are
written to the temp folder, under a random name.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from .folders import save_path
from .widget import FolderType

if TYPE_CHECKING:
    import torch

    from .node import ComfyNode

__all__ = [
    "PreviewAudio",
    "PreviewImage",
    "PreviewMask",
    "PreviewText",
    "PreviewVideo",
    "SavedAudios",
    "SavedImages",
    "SavedResult",
]


class SavedResult(dict[str, str]):
    """A written file as graph editors address it."""

    def __init__(self, filename: str, subfolder: str, type: FolderType) -> None:  # noqa: A002
        super().__init__(filename=filename, subfolder=subfolder, type=FolderType(type).value)

    @property
    def filename(self) -> str:
        """Name of the file."""
        return self["filename"]

    @property
    def subfolder(self) -> str:
        """Subfolder with forward slashes, or an empty string."""
        return self["subfolder"]

    @property
    def type(self) -> FolderType:
        """Folder that the subfolder is in."""
        return FolderType(self["type"])


class SavedImages:
    """Pictures (or videos) that were saved."""

    def __init__(self, results: list[SavedResult], is_animated: bool = False) -> None:
        self.results, self.is_animated = results, is_animated

    def as_dict(self) -> dict[str, Any]:
        """What the block shows."""
        shown: dict[str, Any] = {"images": self.results}
        return shown | ({"animated": (True,)} if self.is_animated else {})


class SavedAudios:
    """Sounds that were saved."""

    def __init__(self, results: list[SavedResult]) -> None:
        self.results = results

    def as_dict(self) -> dict[str, Any]:
        """What the block shows."""
        return {"audio": self.results}


class PreviewVideo:
    """A written video, shown."""

    def __init__(self, values: list[SavedResult | dict[str, str]], **_: Any) -> None:
        self.values = values

    def as_dict(self) -> dict[str, Any]:
        """What the block shows; graph editors look for videos under ``images``."""
        return {"images": self.values, "animated": (True,)}


class PreviewImage:
    """Pictures [B,H,W,C] in 0..1, written to the temp folder."""

    def __init__(
        self, image: torch.Tensor, animated: bool = False, cls: type[ComfyNode] | None = None
    ) -> None:
        self.values = write_images(image, _preview_prefix(), FolderType.temp, graph_tags_of(cls))
        self.animated = animated

    def as_dict(self) -> dict[str, Any]:
        """What the block shows."""
        return {"images": self.values, "animated": (self.animated,)}


class PreviewMask(PreviewImage):
    """Masks [B,H,W] in 0..1, written to the temp folder as grey pictures."""

    def __init__(
        self, mask: torch.Tensor, animated: bool = False, cls: type[ComfyNode] | None = None
    ) -> None:
        flat = mask.reshape(-1, *mask.shape[-2:], 1)
        super().__init__(flat.expand(-1, -1, -1, 3), animated, cls)


class PreviewAudio:
    """Sound, written to the temp folder as FLAC."""

    def __init__(self, audio: dict[str, Any], cls: type[ComfyNode] | None = None) -> None:
        self.values = write_flacs(audio, _preview_prefix(), FolderType.temp, graph_tags_of(cls))

    def as_dict(self) -> dict[str, Any]:
        """What the block shows."""
        return {"audio": self.values}


class PreviewText:
    """A text, shown."""

    def __init__(self, value: str, **_: Any) -> None:
        self.value = value

    def as_dict(self) -> dict[str, Any]:
        """What the block shows."""
        return {"text": (self.value,)}


def graph_tags_of(cls: type[ComfyNode] | None) -> dict[str, str]:
    """The tags that restore the graph of a block's file, none where metadata is disabled."""
    from ..media import graph_tags
    from .progress import metadata_disabled

    if cls is None or metadata_disabled():
        return {}
    return graph_tags(cls.hidden.prompt, cls.hidden.extra_pnginfo)


def write_images(
    images: torch.Tensor, prefix: str, folder_type: FolderType, tags: dict[str, str]
) -> list[SavedResult]:
    """Write pictures [B,H,W,C] as PNG files, numbered on from the files that are there."""
    from ..media import write_png
    from .progress import check_interrupted

    height, width = images.shape[1:3]
    folder, stem, counter, subfolder = save_path(prefix, width, height, folder_type.value)
    results = []
    for index, image in enumerate(images):
        check_interrupted()
        name = f"{stem.replace('%batch_num%', str(index))}_{counter + index:05}_.png"
        write_png(folder / name, image, tags)
        results.append(SavedResult(name, subfolder, folder_type))
    return results


def write_flacs(
    audio: dict[str, Any], prefix: str, folder_type: FolderType, tags: dict[str, str]
) -> list[SavedResult]:
    """Write every sound of a batch as a FLAC file, numbered on from the files that are there."""
    from ..media import write_audio

    folder, stem, counter, subfolder = save_path(prefix, kind=folder_type.value)
    results = []
    for index, waveform in enumerate(audio["waveform"]):
        name = f"{stem.replace('%batch_num%', str(index))}_{counter + index:05}_.flac"
        write_audio(folder / name, audio | {"waveform": waveform[None]}, tags)
        results.append(SavedResult(name, subfolder, folder_type))
    return results


def _preview_prefix() -> str:
    return f"preview_{uuid.uuid4().hex[:8]}"
