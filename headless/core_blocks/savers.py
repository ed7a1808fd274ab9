"""Save Image, Save Audio, Save Video: files in the output folder, with the graph inside."""

from __future__ import annotations

from typing import Any

from ...host.embedded import io, ui
from ...host.embedded.folders import save_path
from ...host.embedded.progress import metadata_disabled
from ...host.embedded.video_types import VideoCodec, VideoContainer

PREFIX_TIP = "Name and subfolder in the output folder; a number follows."


class SaveImage(io.ComfyNode):
    """Pictures as PNG files."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="SaveImage",
            display_name="Save Image",
            category="image",
            inputs=[
                io.Image.Input("images", tooltip="Pictures to save."),
                io.String.Input("filename_prefix", default="ComfyUI", tooltip=PREFIX_TIP),
            ],
            outputs=[io.Image.Output(display_name="images")],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, images: Any, filename_prefix: str = "ComfyUI") -> io.NodeOutput:
        """Write the files and pass the pictures on."""
        tags = ui.graph_tags_of(cls)
        files = ui.write_images(images, filename_prefix, io.FolderType.output, tags)
        return io.NodeOutput(images, ui=ui.SavedImages(files))


class SaveAudio(io.ComfyNode):
    """Sound as FLAC files."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="SaveAudio",
            display_name="Save Audio (FLAC)",
            category="audio",
            inputs=[
                io.Audio.Input("audio"),
                io.String.Input("filename_prefix", default="audio/ComfyUI", tooltip=PREFIX_TIP),
            ],
            outputs=[io.Audio.Output("audio")],
            is_deprecated=True,
            is_output_node=True,
        )

    @classmethod
    def execute(cls, audio: dict[str, Any] | None, filename_prefix: str) -> io.NodeOutput:
        """Write the files and pass the sound on."""
        heard = needed_sound(audio)
        tags = ui.graph_tags_of(cls)
        files = ui.write_flacs(heard, filename_prefix, io.FolderType.output, tags)
        return io.NodeOutput(heard, ui=ui.SavedAudios(files))


class SaveVideo(io.ComfyNode):
    """A VIDEO as a file; one that was loaded is copied without loss where the format allows."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        containers = VideoContainer.as_input()
        return io.Schema(
            node_id="SaveVideo",
            display_name="Save Video",
            category="video",
            inputs=[
                io.Video.Input("video", tooltip="The video to save."),
                io.String.Input("filename_prefix", default="video/ComfyUI", tooltip=PREFIX_TIP),
                io.DynamicCombo.Input(
                    "format",
                    options=[io.DynamicCombo.Option(name, [_codec_input()]) for name in containers],
                    tooltip="Without ComfyUI: auto, mp4 or webm.",
                ),
                _codec_input(optional=True, extra_dict={"hidden": True}),
            ],
            outputs=[io.Video.Output("video", tooltip="The same video.")],
            is_output_node=True,
        )

    @classmethod
    def execute(
        cls,
        video: Any,
        filename_prefix: str,
        format: dict[str, Any] | str = "auto",  # noqa: A002 - the block's input
        codec: dict[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Write the file and pass the video on."""
        chosen: dict[str, Any] = format if isinstance(format, dict) else {"format": format}
        coding: dict[str, Any] = chosen.get("codec") or codec or {"codec": "auto"}
        encoding = coding.get("encoding") or {}
        width, height = video.get_dimensions()
        folder, stem, counter, subfolder = save_path(filename_prefix, width, height)
        name = f"{stem}_{counter:05}_.{VideoContainer.get_extension(chosen['format'])}"
        color_space = encoding.get("color_space")
        video.save_to(
            folder / name,
            format=VideoContainer(chosen["format"]),
            codec=VideoCodec(coding["codec"]),
            metadata=_metadata(cls),
            crf=encoding.get("crf"),
            color_space=None if color_space == "auto" else color_space,
        )
        saved = ui.SavedResult(name, subfolder, io.FolderType.output)
        return io.NodeOutput(video, ui=ui.PreviewVideo([saved]))


def needed_sound(audio: dict[str, Any] | None) -> dict[str, Any]:
    """The given sound.

    Raises:
        ValueError: there is none.
    """
    if audio is None:
        raise ValueError("there is no sound to save; the video it comes from has no audio track")
    return audio


def _metadata(cls: type[io.ComfyNode]) -> dict[str, Any]:
    if metadata_disabled():
        return {}
    prompt: dict[str, Any] = {"prompt": cls.hidden.prompt} if cls.hidden.prompt else {}
    return {**(cls.hidden.extra_pnginfo or {}), **prompt}


def _codec_input(**options: Any) -> Any:
    """The codec choice with ComfyUI's nested options, so that its graphs are understood."""
    color_space = io.Combo.Input(
        "color_space", options=["auto", "sRGB", "HDR", "HDR PQ"], default="auto"
    )
    crf = io.Float.Input("crf", default=23.0, min=0.0, max=63.0, step=1.0)
    encoding = io.DynamicCombo.Input(
        "encoding",
        options=[
            io.DynamicCombo.Option("auto", []),
            io.DynamicCombo.Option("re-encode", [crf, color_space]),
        ],
        optional=True,
    )
    choices = [io.DynamicCombo.Option("auto", [])]
    choices += [io.DynamicCombo.Option(name, [encoding]) for name in ("h264", "av1")]
    return io.DynamicCombo.Input("codec", options=choices, **options)


BLOCKS = (SaveImage, SaveAudio, SaveVideo)
