"""The type of a file by its first bytes; its name may say anything."""

from __future__ import annotations

from pathlib import Path

# Types in which C2PA can be written; webm (Matroska) is not among them in C2PA 2.2.
SIGNABLE = {
    "video/mp4": ".mp4",
    "audio/mp4": ".m4a",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/mpeg": ".mp3",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
}
_AUDIO_BRANDS = (b"M4A ", b"M4B ", b"M4P ")
_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"OggS", "audio/ogg"),
    (b"GIF8", "image/gif"),
)


def media_type(path: Path) -> str | None:
    """Return the MIME type that the first bytes of a file speak of, or None."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] == b"ftyp":
        return "audio/mp4" if head[8:12] in _AUDIO_BRANDS else "video/mp4"
    if head[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/avi"}.get(head[8:12])
    return next((kind for start, kind in _HEADS if head.startswith(start)), None)
