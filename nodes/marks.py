"""The invisible marks of picture and sound: put in where a clip is made, at the latest saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..trust.credentials.facts import graph_signature, record_fact
from ..trust.credentials.watermark_key import as_hex, derived_identifier, watermark_key
from ..trust.home import home_folder

if TYPE_CHECKING:
    from torch import Tensor

    from ..trust.guard.policy import Policy

VIDEO_ALGORITHM = "org.hibari.watermark.video.1"
AUDIO_ALGORITHM = "org.hibari.watermark.audio.1"
CHUNK_FRAMES = 16


def current_policy() -> Policy:
    """Return the policy of this installation.

    Raises:
        ValueError: its file is wrong; the message tells the line.
    """
    from ..trust.guard.policy import active_policy

    return active_policy(home_folder())


def watermark_details(identifier: int, medium: str) -> dict[str, str]:
    """Return what a manifest says of a mark in "video" or "audio"."""
    algorithm = VIDEO_ALGORITHM if medium == "video" else AUDIO_ALGORITHM
    return {"algorithm": algorithm, "identifier": as_hex(identifier), "medium": medium}


def marked_chunks(frames: Tensor, identifier: int) -> Iterator[Tensor]:
    """Yield the frames [F, H, W, C] with the mark, 16 at a time."""
    yield from marked_stream(frames.split(CHUNK_FRAMES), identifier)


def marked_stream(chunks: Iterable[Tensor], identifier: int) -> Iterator[Tensor]:
    """Yield the chunks [F, H, W, C] of one clip with the mark."""
    from ..model.watermark import VideoWatermark

    yield from VideoWatermark(watermark_key()).embed_stream(chunks, identifier)


def marked_sound(audio: dict[str, Any], identifier: int) -> dict[str, Any]:
    """Return AUDIO with the mark in each of its clips; silence of no length stays as it is."""
    import torch

    from ..model.watermark import AudioWatermark

    rate_hz, waveform = int(audio["sample_rate"]), audio["waveform"]
    if waveform.shape[-1] == 0:
        return audio
    watermark = AudioWatermark(watermark_key())
    marked = [watermark.embed(one.float().cpu(), rate_hz, identifier) for one in waveform]
    return audio | {"waveform": torch.stack(marked)}


def mark_decoded_frames(
    images: Tensor, clips: int, graph: Mapping[str, Any] | None, node_id: str | None
) -> Tensor:
    """Return the frames of ``clips`` clips [B * F, H, W, C], each with its mark, marked in place.

    So pictures carry it whatever block saves them. Without a graph, or by policy, nothing is done:
    then Hibari Save Video marks what it saves.
    """
    if not _marks_here(graph, node_id):
        return images
    if images.is_inference():  # such tensors may not be written to outside of their mode
        images = images.clone()
    for number, clip in enumerate(images.unflatten(0, (clips, -1))):
        identifier = _record_origin(graph, node_id, number, "video")
        for at, chunk in enumerate(marked_chunks(clip, identifier)):
            clip[at * CHUNK_FRAMES : at * CHUNK_FRAMES + len(chunk)] = chunk
    return images


def mark_decoded_sound(
    audio: dict[str, Any], graph: Mapping[str, Any] | None, node_id: str | None
) -> dict[str, Any]:
    """Return AUDIO [B, C, N] with the marks of the pictures that belong to it."""
    import torch

    if not _marks_here(graph, node_id):
        return audio
    marked = [
        marked_sound(
            audio | {"waveform": one[None]}, _record_origin(graph, node_id, number, "audio")
        )["waveform"]
        for number, one in enumerate(audio["waveform"])
    ]
    return audio | {"waveform": torch.cat(marked).to(audio["waveform"])}


def _marks_here(graph: Mapping[str, Any] | None, node_id: str | None) -> bool:
    return bool(graph) and node_id is not None and current_policy().invisible_watermark


def _record_origin(
    graph: Mapping[str, Any] | None, node_id: str | None, clip: int, medium: str
) -> int:
    """Return the identifier of a clip and remember that the block put it in.

    Picture and sound are decoded by two blocks; what they share is the latent that feeds both, so
    the identifier is made from that node and all upstream of it.
    """
    link = (graph or {}).get(str(node_id), {}).get("inputs", {}).get("latent")
    source = str(link[0]) if isinstance(link, (list, tuple)) and link else str(node_id)
    identifier = derived_identifier(f"{graph_signature(graph, source)}/{clip}")
    details = {**watermark_details(identifier, medium), "clip": clip}
    record_fact(node_id, "watermark", details, graph=graph, slot=str(clip))
    return identifier
