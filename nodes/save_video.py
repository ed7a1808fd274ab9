"""From frames and sound to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, ui
from .named_errors import named_errors

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Save Video"
FORMATS = ("mp4", "webm")
QUALITIES = ("high", "balanced", "small")


class HibariSaveVideo(io.ComfyNode):
    """Writes frames and sound as a labelled video file that carries the graph which made it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariSaveVideo",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Saves a video to the output folder, marked and signed as made by a model. Sound "
                "is fitted to the length of the picture. Drop the file on the canvas to get the "
                "graph back."
            ),
            search_aliases=[
                *("export video", "mp4", "webm", "create video", "combine video"),
                *("video combine", "VHS", "save animated"),
            ],
            is_output_node=True,
            hidden=[io.Hidden.prompt, io.Hidden.extra_pnginfo, io.Hidden.unique_id],
            inputs=[
                io.Image.Input("images", tooltip="Frames in order; mp4 makes odd sides even."),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=0.01,
                    max=1000.0,
                    step=0.01,
                    tooltip=(
                        "Frames per second; connect fps of Hibari Empty Latent so that picture and "
                        "sound keep the speed they were made at. More is a larger file."
                    ),
                ),
                io.String.Input(
                    "filename_prefix",
                    default="video/Hibari",
                    tooltip=(
                        "Name and subfolder in the output folder; a number follows. Knows %width%, "
                        "%height%, %year%, %month%, %day%."
                    ),
                ),
                *_encoding_inputs(),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip="Sound; of a batch, each clip is saved to its own file with its sound.",
                ),
            ],
            outputs=[
                io.Video.Output("video", is_output_list=True, tooltip="The saved video."),
                io.String.Output("path", is_output_list=True, tooltip="Where it was saved."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls,
        images: Tensor,
        fps: float,
        filename_prefix: str,
        format: str = "mp4",  # noqa: A002 - the name of the widget in saved graphs
        quality: str = "high",
        audio: dict[str, Any] | None = None,
    ) -> io.NodeOutput:
        """Write the file (one for each clip of a batch), return VIDEO and its path."""
        from ..host import metadata_disabled
        from ..host.media import VideoSettings, graph_tags
        from ..trust.cameo.result import authorise_result
        from .guarding import guard_output
        from .provenance import hidden_of, story_of
        from .signed_video import SignedVideo
        from .video_files import save_clips

        settings = VideoSettings(fps, format, quality)
        tags = {}
        if not metadata_disabled():
            tags = graph_tags(cls.hidden.prompt, cls.hidden.extra_pnginfo)
        graph, node_id = hidden_of(cls)
        guard_output(images, fps, audio, graph, node_id, clip_name=filename_prefix)
        cameos = authorise_result(graph, node_id)
        story = story_of(graph, node_id)
        block = (graph, node_id)
        files = save_clips(images, audio, filename_prefix, settings, tags, story, cameos, block)
        paths = [str(path) for path, _ in files]
        videos = [SignedVideo(path) for path in paths]
        if cameos.is_draft:
            return io.NodeOutput(videos, paths, ui=ui.PreviewText(cameos.waiting(paths)))
        shown = [ui.SavedResult(path.name, folder, io.FolderType.output) for path, folder in files]
        return io.NodeOutput(videos, paths, ui=ui.PreviewVideo(shown))


def _encoding_inputs() -> list[io.Combo.Input]:
    return [
        io.Combo.Input(
            "format",
            options=list(FORMATS),
            default="mp4",
            optional=True,
            tooltip=(
                "mp4 (H.264 and AAC) plays everywhere; webm (VP9 and Opus) is the open format of "
                "the web. Large webm files take longer to write."
            ),
        ),
        io.Combo.Input(
            "quality",
            options=list(QUALITIES),
            default="high",
            optional=True,
            advanced=True,
            tooltip=(
                "high looks like the frames themselves, balanced suits the web, small is for "
                "previews. Less quality makes smaller files, not faster ones."
            ),
        ),
    ]
