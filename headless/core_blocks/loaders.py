"""Load Image, Load Audio, Load Video: files of the input folder.

Besides the listed files, a value may name one of another folder (``clip.mp4 [output]``); the check
that it exists and stays inside is the block's own.
"""

from __future__ import annotations

import hashlib
from typing import Any

from ...host.embedded import io
from ...host.embedded.folders import annotated_path, input_names
from ...host.embedded.video import VideoFromFile

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
SOUNDS = frozenset({".wav", ".flac", ".mp3", ".m4a", ".ogg", ".opus", ".aac", ".aiff"})
VIDEOS = frozenset({".mp4", ".mov", ".webm", ".mkv", ".avi", ".gif", ".m4v"})


def check_file(name: str | None) -> bool | str:
    """True when a widget value names a file we may read, else what is wrong with it."""
    if name is None:  # linked, so not known yet
        return True
    try:
        annotated_path(name)
    except ValueError as error:
        return str(error)
    return True


def content_hash(name: str) -> str:
    """SHA-256 of a file, so that a changed file under the same name is loaded again."""
    with annotated_path(name).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class LoadImage(io.ComfyNode):
    """A picture, or all pictures of an animated file, and where it is transparent."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LoadImage",
            display_name="Load Image",
            category="image",
            inputs=[
                io.Combo.Input("image", options=input_names(IMAGES), upload=io.UploadType.image)
            ],
            outputs=[io.Image.Output(), io.Mask.Output()],
        )

    @classmethod
    def execute(cls, image: str) -> io.NodeOutput:
        """Return IMAGE [F,H,W,3] and MASK [F,H,W], 1 where transparent (64x64 if nowhere)."""
        import torch

        from ...host.media import read_image

        images, opacity = read_image(annotated_path(image))
        opaque = bool((opacity == 1).all())
        mask = torch.zeros(len(images), 64, 64) if opaque else 1 - opacity
        return io.NodeOutput(images, mask)

    @classmethod
    def fingerprint_inputs(cls, image: str) -> str:
        """Content of the file."""
        return content_hash(image)

    @classmethod
    def validate_inputs(cls, image: str | None) -> bool | str:
        """Whether the file is there."""
        return check_file(image)


class LoadAudio(io.ComfyNode):
    """The sound of a file."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LoadAudio",
            display_name="Load Audio",
            category="audio",
            inputs=[
                io.Combo.Input(
                    "audio", options=input_names(SOUNDS | VIDEOS), upload=io.UploadType.audio
                )
            ],
            outputs=[io.Audio.Output()],
        )

    @classmethod
    def execute(cls, audio: str) -> io.NodeOutput:
        """Return AUDIO."""
        from ...host.media import read_audio

        return io.NodeOutput(read_audio(annotated_path(audio)))

    @classmethod
    def fingerprint_inputs(cls, audio: str) -> str:
        """Content of the file."""
        return content_hash(audio)

    @classmethod
    def validate_inputs(cls, audio: str | None) -> bool | str:
        """Whether the file is there."""
        return check_file(audio)


class LoadVideo(io.ComfyNode):
    """A video file, decoded only when its frames are needed."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LoadVideo",
            display_name="Load Video",
            category="video",
            inputs=[
                io.Combo.Input("file", options=input_names(VIDEOS), upload=io.UploadType.video)
            ],
            outputs=[io.Video.Output()],
        )

    @classmethod
    def execute(cls, file: str) -> io.NodeOutput:
        """Return VIDEO."""
        from ...host.media import probe_video

        path = annotated_path(file)
        probe_video(path)  # an unreadable file should fail here, under the name of this block
        return io.NodeOutput(VideoFromFile(path))

    @classmethod
    def fingerprint_inputs(cls, file: str) -> Any:
        """Time of the last change; hashing a long video would take too long."""
        return annotated_path(file).stat().st_mtime_ns

    @classmethod
    def validate_inputs(cls, file: str | None) -> bool | str:
        """Whether the file is there."""
        return check_file(file)


BLOCKS = (LoadImage, LoadAudio, LoadVideo)
