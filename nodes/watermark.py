"""Blocks that mark picture and sound, and find the marks again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io, ui
from .clip_plan import MAX_FPS
from .named_errors import named_errors

if TYPE_CHECKING:
    from torch import Tensor

    from ..model.watermark import Detection

VIDEO_NAME = "Hibari Watermark Video"
AUDIO_NAME = "Hibari Watermark Audio"
DETECT_NAME = "Hibari Detect Watermark"
VISIBLE_NAME = "Hibari Visible Mark"
CATEGORY = "Hibari/trust"
MAX_LETTERS = 64


class HibariWatermarkVideo(io.ComfyNode):
    """Puts an invisible identifier into every frame."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariWatermarkVideo",
            display_name=VIDEO_NAME,
            category=CATEGORY,
            description=(
                "Hides a 64-bit identifier in the picture, under the secret key of this "
                "installation. It survives compression, scaling, crops and cuts; Hibari Detect "
                "Watermark finds it. Hibari Save Video keeps a mark that is already there."
            ),
            search_aliases=["invisible watermark", "steganography", "mark frames", "provenance"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Image.Input("images", tooltip="Frames of one clip, at any size."),
                _identifier_input("a new one is made for this graph"),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The frames with the mark."),
                io.String.Output(
                    "identifier", tooltip="16 hex digits, for Hibari Watermark Audio."
                ),
            ],
        )

    @classmethod
    @named_errors(VIDEO_NAME)
    def execute(cls, images: Tensor, identifier: str = "") -> io.NodeOutput:
        """Return IMAGE of the same shape, and the identifier."""
        import torch

        from .mark_identity import carried_identifier, chosen_identifier, recorded
        from .marks import marked_chunks

        carried = carried_identifier(cls, identifier, "video")
        if carried:
            return io.NodeOutput(images, carried)
        number = chosen_identifier(cls, identifier, "images")
        marked = torch.cat(list(marked_chunks(images, number)))
        return io.NodeOutput(marked, recorded(cls, number, "video"))


class HibariWatermarkAudio(io.ComfyNode):
    """Puts an inaudible identifier into the sound."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariWatermarkAudio",
            display_name=AUDIO_NAME,
            category=CATEGORY,
            description=(
                "Hides a 64-bit identifier in the sound, below what the ear can pick out of it, "
                "under the secret key of this installation. Survives AAC, MP3, Opus and cuts."
            ),
            search_aliases=["audio watermark", "mark sound", "provenance"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Audio.Input("audio", tooltip="Sound at 8 kHz or more."),
                _identifier_input(
                    "a new one is made; connect that of Hibari Watermark Video so that "
                    "picture and sound name the same clip"
                ),
            ],
            outputs=[
                io.Audio.Output("audio", tooltip="The sound with the mark."),
                io.String.Output("identifier", tooltip="16 hex digits."),
            ],
        )

    @classmethod
    @named_errors(AUDIO_NAME)
    def execute(cls, audio: dict[str, Any] | None, identifier: str = "") -> io.NodeOutput:
        """Return AUDIO of the same length, and the identifier."""
        from .mark_identity import carried_identifier, chosen_identifier, recorded
        from .marks import marked_sound

        if audio is None:
            raise ValueError(
                "the video that audio comes from has no sound. Leave this block out, or connect "
                "another sound"
            )
        carried = carried_identifier(cls, identifier, "audio")
        if carried:
            return io.NodeOutput(audio, carried)
        number = chosen_identifier(cls, identifier, "audio")
        return io.NodeOutput(marked_sound(audio, number), recorded(cls, number, "audio"))


class HibariDetectWatermark(io.ComfyNode):
    """Looks for this installation's marks in picture and sound."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariDetectWatermark",
            display_name=DETECT_NAME,
            category=CATEGORY,
            description=(
                "Finds the invisible identifier in frames, sound or a video, also after cropping, "
                "scaling, mirroring and compression, and says how likely chance alone would do so. "
                "A mark can be copied: Hibari Verify also compares the content."
            ),
            search_aliases=["read watermark", "is it AI", "provenance", "verify"],
            is_output_node=True,
            inputs=[
                io.Image.Input("images", optional=True, tooltip="Frames of one clip."),
                io.Audio.Input(
                    "audio", optional=True, tooltip="The sound of the clip to look into."
                ),
                io.Video.Input("video", optional=True, tooltip="Or picture and sound in one."),
            ],
            outputs=[
                io.String.Output("identifier", tooltip="16 hex digits; empty where none was read."),
                io.Float.Output(
                    "video_p_value",
                    tooltip="Chance that an unmarked picture looks as marked; 1 without picture.",
                ),
                io.Float.Output(
                    "audio_p_value",
                    tooltip="Chance that an unmarked sound sounds as marked; 1 without sound.",
                ),
                io.String.Output("report", tooltip="The same in words."),
            ],
        )

    @classmethod
    @named_errors(DETECT_NAME)
    def execute(
        cls,
        images: Tensor | None = None,
        audio: dict[str, Any] | None = None,
        video: Any = None,
    ) -> io.NodeOutput:
        """Return identifier, two p-values and a report."""
        from ..trust.credentials.watermark_key import as_hex

        if video is not None:
            parts = video.get_components()
            images = parts.images if images is None else images
            audio = parts.audio if audio is None else audio
        found = _detections(images, audio)
        numbers = {d.identifier for d in found.values() if d.identifier is not None}
        identifier = as_hex(numbers.pop()) if len(numbers) == 1 else ""
        report = "\n".join(_sentence(medium, found[medium]) for medium in found)
        p_values = (found[m].p_value if m in found else 1.0 for m in ("picture", "sound"))
        return io.NodeOutput(identifier, *p_values, report, ui=ui.PreviewText(report))


class HibariVisibleMark(io.ComfyNode):
    """Draws a small moving label with the creator's name."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariVisibleMark",
            display_name=VISIBLE_NAME,
            category=CATEGORY,
            description=(
                "Draws a name that wanders through the picture on a secret path, so that it cannot "
                "be cropped away; it covers at most 4 % of a frame. A policy may leave it out."
            ),
            search_aliases=["visible watermark", "logo", "credit", "name", "overlay"],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                io.Image.Input("images", tooltip="Frames of one clip, in order."),
                io.String.Input(
                    "name",
                    default="",
                    tooltip=f"Creator, at most {MAX_LETTERS - 5} letters; empty says AI · Hibari.",
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=0.01,
                    max=MAX_FPS,
                    step=0.01,
                    tooltip="Frames per second: the label keeps its speed at any rate.",
                ),
            ],
            outputs=[io.Image.Output("images", tooltip="The frames with the label.")],
        )

    @classmethod
    @named_errors(VISIBLE_NAME)
    def execute(cls, images: Tensor, name: str = "", fps: float = 24.0) -> io.NodeOutput:
        """Return IMAGE of the same shape."""
        from ..trust.credentials.facts import record_fact
        from .marks import current_policy
        from .provenance import hidden_of
        from .visible_label import labelled

        graph, node_id = hidden_of(cls)
        policy = current_policy()
        details = {"shown": policy.visible_mark, "name": name.strip() or "Hibari"}
        if not policy.visible_mark:
            details["reason"] = f"policy {policy.name}"
        record_fact(node_id, "visible_mark", details, graph=graph)
        return io.NodeOutput(labelled(images, name, fps) if policy.visible_mark else images)


def _identifier_input(otherwise: str) -> io.String.Input:
    return io.String.Input(
        "identifier",
        default="",
        optional=True,
        advanced=True,
        tooltip=f"64 bits as 16 hex digits; empty: {otherwise}.",
    )


def _detections(images: Tensor | None, audio: dict[str, Any] | None) -> dict[str, Detection]:
    """What picture and sound carry, of those that are there."""
    from ..model.watermark import AudioWatermark, VideoWatermark
    from ..trust.credentials.watermark_key import watermark_key

    found = {}
    if images is not None:
        found["picture"] = VideoWatermark(watermark_key()).detect(images)
    if audio is not None:
        sound = audio["waveform"][0]
        found["sound"] = AudioWatermark(watermark_key()).detect(sound, int(audio["sample_rate"]))
    if not found:
        raise ValueError("nothing is connected; connect images, audio or video")
    return found


def _sentence(medium: str, detection: Detection) -> str:
    """One line of the report."""
    from ..trust.credentials.watermark_key import as_hex

    chance = f"chance of this without a mark: {detection.p_value:.2g}"
    if detection.identifier is not None:
        how = ", mirrored" if detection.mirrored else ""
        return f"{medium}: identifier {as_hex(detection.identifier)}{how}; {chance}"
    if detection.found:
        return f"{medium}: marked here, but too damaged to read; {chance}"
    return f"{medium}: no mark of this installation; {chance}"
