"""From a sound to the picture of what makes it."""

from __future__ import annotations

from typing import Any

from ..host import io
from .named_errors import named_errors
from .sample_widgets import sampling_inputs
from .shared_inputs import codec_inputs, fps_input, model_input, side_input

NAME = "Hibari Picture for Sound"


class HibariPictureForSound(io.ComfyNode):
    """Makes the picture that belongs to a sound; the sound stays as it is."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariPictureForSound",
            display_name=NAME,
            category="Hibari/video",
            description=(
                "Makes the picture of what is heard: things land when the sound says so, mouths "
                "follow speech where the model knows mouths. The sound may be of any rate, "
                "channels and length; long ones are seen window by window."
            ),
            search_aliases=[
                *("audio to video", "a2v", "sound to video", "music video", "lip sync"),
                *("audio driven", "talking head"),
            ],
            hidden=[io.Hidden.prompt, io.Hidden.unique_id],
            inputs=[
                model_input(),
                io.Conditioning.Input(
                    "positive", tooltip="What is seen and heard: Hibari Text Encode."
                ),
                *codec_inputs(),
                io.Audio.Input("audio", tooltip="The sound that the picture is made for."),
                *(side_input(name) for name in ("width", "height")),
                fps_input(),
                *sampling_inputs()[:3],
                io.Conditioning.Input(
                    "negative", optional=True, tooltip="What not to show; unconnected: nothing."
                ),
                io.Float.Input(
                    "noise",
                    default=0.0,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Share of noise on the sound while the picture is made: 0 is heard as it "
                        "is, 1 not at all. A little helps where sound and model do not fit. Costs "
                        "nothing."
                    ),
                ),
            ],
            outputs=[
                io.Image.Output("images", tooltip="Frames, as long as the sound."),
                io.Float.Output("fps", tooltip="Frames per second; connect it to the save block."),
            ],
        )

    @classmethod
    @named_errors(NAME)
    def execute(  # noqa: PLR0913, PLR0917 - one for each socket and widget
        cls,
        model: Any,
        positive: Any,
        vae: Any,
        audio_vae: Any,
        audio: dict[str, Any] | None,
        width: int = 256,
        height: int = 256,
        fps: float = 24.0,
        steps: int = 0,
        guidance: float = 0.0,
        seed: int = 0,
        negative: Any = None,
        noise: float = 0.0,
    ) -> io.NodeOutput:
        """Return IMAGE [F, H, W, 3] and its frame rate."""
        from .clip_plan import CUSTOM, check_fps, check_sides, shaped
        from .marks import mark_decoded_frames
        from .other_modality import Maker, picture_for
        from .provenance import hidden_of

        check_fps(fps)
        check_sides(width, height)
        if not 0 <= noise <= 1:
            raise ValueError(f"noise {noise:g} is not in 0..1. Use 0 to keep the sound as it is")
        if audio is None:
            raise ValueError("the video that audio comes from has no sound. Connect another sound")
        if not audio["waveform"].shape[-1]:
            raise ValueError("the sound has no sample. Connect a sound that lasts a moment")
        settings = {"steps": steps, "guidance": guidance, "negative": negative}
        maker = Maker(model, positive, vae, audio_vae, seed, settings)
        images = picture_for(audio, maker, shaped(CUSTOM, width, height), fps, noise)
        return io.NodeOutput(mark_decoded_frames(images, 1, *hidden_of(cls)), fps)
