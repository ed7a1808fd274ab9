"""From the made part of an edit to the whole video."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .edit import EditWire
from .named_errors import named_errors

if TYPE_CHECKING:
    from torch import Tensor

    from .edit import Edit

NAME = "Hibari Put Back"


class HibariPutBack(io.ComfyNode):
    """Joins an extension to its video without a jump, or lays a remix over it."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariPutBack",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Puts what Hibari Extend or Hibari Remix prepared, and the sampler made, back into "
                "the video: an extension fades in over the frames that both share, a remix lies "
                "where its mask is, and all else stays as it was. Size, frame rate and length are "
                "those of the video. Memory does not grow with it."
            ),
            search_aliases=[
                *("join video", "stitch", "concat video", "composite", "merge video"),
                *("crossfade", "inpaint stitch", "paste back"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                EditWire.Input("edit", tooltip="The edit of Hibari Extend or Hibari Remix."),
                io.Image.Input(
                    "images", tooltip="Frames of that edit's latent: Hibari Decode Video."
                ),
                io.Audio.Input(
                    "audio",
                    optional=True,
                    tooltip=(
                        "Sound of that edit's latent: Hibari Decode Audio. Unconnected, a remix "
                        "keeps the sound of the video and an extension is silent."
                    ),
                ),
            ],
            outputs=[
                io.Video.Output(
                    "video",
                    tooltip="The whole video, for Save Video, or Hibari Extend to go on.",
                )
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(
        cls, edit: Edit, images: Tensor, audio: dict[str, Any] | None = None
    ) -> io.NodeOutput:
        """Return VIDEO, marked and signed when it is saved."""
        from ..trust.cameo.result import authorise_result
        from .edited_footage import put_back
        from .edited_video import EditedVideo, Origin
        from .guarding import guard_output
        from .provenance import hidden_of, story_of

        graph, node_id = hidden_of(cls)
        footage = put_back(edit, images, audio)
        guard_output(images, float(edit.fps), audio, graph, node_id)
        cameos = authorise_result(graph, node_id)
        origin = Origin(tuple(story_of(graph, node_id)), graph, node_id, cameos)
        return io.NodeOutput(EditedVideo(footage, origin))
