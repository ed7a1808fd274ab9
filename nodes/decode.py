"""From latents to pictures and sound."""

from __future__ import annotations

from typing import Any

from ..host import io
from .clip_plan import MAX_FPS
from .named_errors import named_errors
from .shared_inputs import audio_codec_input, video_codec_input

VIDEO_NAME = "Hibari Decode Video"
AUDIO_NAME = "Hibari Decode Audio"


class HibariDecodeVideo(io.ComfyNode):
    """Decodes the video of a latent, part by part along time."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariDecodeVideo",
            display_name=VIDEO_NAME,
            category="Hibari/latent",
            description=(
                "Turns the video part of a latent into frames, as many as were asked for. Works "
                "along time with bounded memory; only the finished frames grow with the duration "
                "(3 MB a frame at 512x512). Frames carry the invisible watermark."
            ),
            search_aliases=["vae decode", "vae decode tiled", "latent to images", "frames"],
            inputs=[
                io.Latent.Input(
                    "latent", tooltip="Latent of Hibari Sample, or any latent with video in it."
                ),
                video_codec_input(),
            ],
            outputs=[
                io.Image.Output(
                    "images", tooltip="All frames; of a batch, one clip after the other."
                )
            ],
        )

    @classmethod
    @named_errors(VIDEO_NAME)
    def execute(cls, latent: dict[str, Any], vae: Any) -> io.NodeOutput:
        """Return IMAGE [B * F, H, W, 3]."""
        from .av_latent import frames_of, video_of
        from .codec_output import frames_from
        from .keyframes import with_kept_pictures
        from .marks import mark_decoded_frames
        from .provenance import hidden_of

        video = video_of(latent)
        images = with_kept_pictures(frames_from(vae, video, frames_of(latent)), latent, vae)
        return io.NodeOutput(mark_decoded_frames(images, len(video), *hidden_of(cls)))


class HibariDecodeAudio(io.ComfyNode):
    """Decodes the sound of a latent, exactly as long as its video."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="HibariDecodeAudio",
            display_name=AUDIO_NAME,
            category="Hibari/latent",
            description=(
                "Turns the audio part of a latent into sound, padded with silence or trimmed to "
                "the length of the video."
            ),
            search_aliases=[
                *("vae decode audio", "LTXVAudioVAEDecode", "latent to audio", "vocoder", "sound"),
            ],
            inputs=[
                io.Latent.Input(
                    "latent", tooltip="Latent of Hibari Sample, or any latent with sound in it."
                ),
                audio_codec_input(),
                io.Int.Input(
                    "frames",
                    default=0,
                    min=0,
                    max=100_000,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Video frames to be as long as; 0 takes the video in the latent. More "
                        "is padded with silence; costs nothing."
                    ),
                ),
                io.Float.Input(
                    "fps",
                    default=0.0,
                    min=0.0,
                    max=MAX_FPS,
                    step=0.01,
                    optional=True,
                    advanced=True,
                    tooltip=(
                        "Frames per second of those frames; 0 takes the rate of the latent. "
                        "Costs nothing."
                    ),
                ),
            ],
            outputs=[io.Audio.Output("audio", tooltip="Stereo sound, as long as the video.")],
        )

    @classmethod
    @named_errors(AUDIO_NAME)
    def execute(
        cls, latent: dict[str, Any], audio_vae: Any, frames: int = 0, fps: float = 0.0
    ) -> io.NodeOutput:
        """Return AUDIO of the length of the video."""
        from .av_latent import audio_of, duration_of
        from .codec_output import sound_from
        from .marks import mark_decoded_sound
        from .provenance import hidden_of

        audio = sound_from(audio_vae, audio_of(latent), duration_of(latent, frames, fps))
        return io.NodeOutput(mark_decoded_sound(audio, *hidden_of(cls)))
