"""From a silent video to its sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..host import io
from .clip_plan import MAX_FPS
from .named_errors import named_errors
from .sample_widgets import sampling_inputs
from .shared_inputs import codec_inputs, model_input

if TYPE_CHECKING:
    from torch import Tensor

NAME = "Hibari Sound for Video"


class HibariSoundForVideo(io.ComfyNode):
    """Makes the sound that belongs to a picture; the picture stays as it is."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariSoundForVideo",
            display_name=NAME,
            category="Hibari/audio",
            description=(
                "Makes the sound of a silent video from anywhere, in step with what is seen. The "
                "video may have any size, rate and length; long ones are heard window by window. "
                "What sound it has is not listened to."
            ),
            search_aliases=[
                *("foley", "video to audio", "v2a", "sound effects", "MMAudio", "silent video"),
                *("add sound", "dub"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                model_input(),
                io.Conditioning.Input(
                    "positive",
                    tooltip="What is seen and heard: Hibari Text Encode. A few words will do.",
                ),
                *codec_inputs(),
                io.Video.Input(
                    "video", optional=True, tooltip="The silent video; or connect images instead."
                ),
                io.Image.Input(
                    "images", optional=True, tooltip="Frames in order; or connect video instead."
                ),
                io.Float.Input(
                    "fps",
                    default=24.0,
                    min=0.01,
                    max=MAX_FPS,
                    step=0.01,
                    optional=True,
                    tooltip=(
                        "Frames per second of images; a video brings its own. Longer clips take "
                        "proportionally more time."
                    ),
                ),
                *sampling_inputs()[:3],
                io.Conditioning.Input(
                    "negative", optional=True, tooltip="What not to hear; unconnected: nothing."
                ),
            ],
            outputs=[io.Audio.Output("audio", tooltip="Stereo sound, as long as the video.")],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        model: Any,
        positive: Any,
        vae: Any,
        audio_vae: Any,
        video: Any = None,
        images: Tensor | None = None,
        fps: float = 24.0,
        steps: int = 0,
        guidance: float = 0.0,
        seed: int = 0,
        negative: Any = None,
    ) -> io.NodeOutput:
        """Return AUDIO as long as the clip."""
        from ..host.media import footage_of
        from .marks import mark_decoded_sound
        from .other_modality import Maker, sound_for
        from .provenance import hidden_of

        if (video is None) == (images is None):
            raise ValueError(
                "connect video or images, and not both"
                if images is not None
                else "there is no clip. Connect a video, or images with their fps"
            )
        footage = footage_of(images, fps) if video is None else footage_of(video)
        settings = {"steps": steps, "guidance": guidance, "negative": negative}
        maker = Maker(model, positive, vae, audio_vae, seed, settings)
        return io.NodeOutput(mark_decoded_sound(sound_for(footage, maker), *hidden_of(cls)))
