"""The invisible marks of picture and sound: put in where a clip is made, at the latest saved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..trust.credentials.facts import record_fact
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


def origin_identifier(graph: Mapping[str, Any], node_id: str, wire: str, clip: int) -> int:
    """Return the identifier of clip number ``clip`` of the node that feeds input ``wire``.

    Picture and sound are decoded by two blocks; what they share is the latent that feeds both.
    """
    from ..trust.credentials.facts import graph_signature

    link = graph.get(node_id, {}).get("inputs", {}).get(wire)
    source = str(link[0]) if isinstance(link, (list, tuple)) and link else node_id
    return derived_identifier(f"{graph_signature(graph, source)}/{clip}")


def record_mark(graph: Mapping[str, Any], node_id: str, identifier: int, medium: str) -> None:
    """Remember that a block put a mark in, so that saving does not put in another."""
    details = watermark_details(identifier, medium)
    record_fact(node_id, "watermark", details, graph=graph, slot=as_hex(identifier))
