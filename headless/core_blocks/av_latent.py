"""Latents of video and sound: empty ones, joined and taken apart."""

from __future__ import annotations

from typing import Any

from ...host.embedded import io
from ...host.embedded.nested_tensor import NestedTensor
from ...model.shapes import (
    AUDIO_BINS,
    AUDIO_CHANNELS,
    SPACE_STRIDE,
    TIME_STRIDE,
    VIDEO_CHANNELS,
)

MAX_SIZE = 16384
Latent = dict[str, Any]


class EmptyLTXVLatentVideo(io.ComfyNode):
    """Zeros for a video to be made; sizes are rounded down to the grid of the networks."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="EmptyLTXVLatentVideo",
            category="model/latent/ltxv",
            inputs=[
                io.Int.Input("width", default=768, min=64, max=MAX_SIZE, step=32),
                io.Int.Input("height", default=512, min=64, max=MAX_SIZE, step=32),
                io.Int.Input("length", default=97, min=1, max=MAX_SIZE, step=8),
                io.Int.Input("batch_size", default=1, min=1, max=4096),
            ],
            outputs=[io.Latent.Output()],
        )

    @classmethod
    def execute(cls, width: int, height: int, length: int, batch_size: int = 1) -> io.NodeOutput:
        """Return LATENT [B,128,F,h,w]."""
        import torch

        frames = (length - 1) // TIME_STRIDE + 1
        rows, columns = height // SPACE_STRIDE, width // SPACE_STRIDE
        samples = torch.zeros(batch_size, VIDEO_CHANNELS, frames, rows, columns)
        return io.NodeOutput({"samples": samples})


class LTXVEmptyLatentAudio(io.ComfyNode):
    """Zeros for the sound of a video."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVEmptyLatentAudio",
            display_name="LTXV Empty Latent Audio",
            category="model/latent/ltxv",
            inputs=[
                io.Int.Input("frames_number", default=97, min=1, max=1000),
                io.MultiType.Input(
                    io.Float.Input("frame_rate", default=25.0, min=1.0, max=1000.0, step=0.01),
                    [io.Int],
                ),
                io.Int.Input("batch_size", default=1, min=1, max=4096),
                io.Vae.Input("audio_vae", display_name="Audio VAE"),
            ],
            outputs=[io.Latent.Output(display_name="Latent")],
        )

    @classmethod
    def execute(
        cls, frames_number: int, frame_rate: float, batch_size: int, audio_vae: Any
    ) -> io.NodeOutput:
        """Return LATENT [B,8,T,16]."""
        import torch

        stage = audio_vae.first_stage_model
        frames = stage.num_of_latents_from_frames(frames_number, float(frame_rate))
        samples = torch.zeros(batch_size, AUDIO_CHANNELS, frames, AUDIO_BINS)
        return io.NodeOutput({"samples": samples, "type": "audio"})


class LTXVConcatAVLatent(io.ComfyNode):
    """A video latent and an audio latent as one; a joint one gets its sound replaced."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVConcatAVLatent",
            display_name="Concat AV Latent",
            category="model/latent/ltxv",
            inputs=[io.Latent.Input("video_latent"), io.Latent.Input("audio_latent")],
            outputs=[io.Latent.Output(display_name="latent")],
        )

    @classmethod
    def execute(cls, video_latent: Latent, audio_latent: Latent) -> io.NodeOutput:
        """Return LATENT with nested samples, and a nested noise_mask if either had one."""
        import torch

        video, audio = video_latent["samples"], audio_latent["samples"]
        masks = [video_latent.get("noise_mask"), audio_latent.get("noise_mask")]
        if getattr(video, "is_nested", False):
            video, replaced = video.unbind()
            masks[0] = None if masks[0] is None else masks[0].unbind()[0]
            audio, masks[1] = _fitted(audio, masks[1], replaced.shape)
        joined = {**video_latent, **audio_latent, "samples": NestedTensor((video, audio))}
        if any(mask is not None for mask in masks):
            pairs = zip((video, audio), masks, strict=True)
            joined["noise_mask"] = NestedTensor(
                torch.ones_like(samples) if mask is None else mask for samples, mask in pairs
            )
        return io.NodeOutput(joined)


class LTXVSeparateAVLatent(io.ComfyNode):
    """The video latent and the audio latent of a joint one."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVSeparateAVLatent",
            display_name="Separate AV Latent",
            category="model/latent/ltxv",
            inputs=[io.Latent.Input("av_latent")],
            outputs=[
                io.Latent.Output(display_name="video_latent"),
                io.Latent.Output(display_name="audio_latent"),
            ],
        )

    @classmethod
    def execute(cls, av_latent: Latent) -> io.NodeOutput:
        """Return both LATENTs."""
        samples = av_latent["samples"]
        if not getattr(samples, "is_nested", False):
            raise ValueError(
                f"the latent of shape {list(samples.shape)} is not video with sound; join a video "
                "and an audio latent with Concat AV Latent"
            )
        mask = av_latent.get("noise_mask")
        streams = [av_latent | {"samples": stream} for stream in samples.unbind()]
        if mask is not None:
            for stream, part in zip(streams, mask.unbind(), strict=True):
                stream["noise_mask"] = part
        return io.NodeOutput(streams[0], streams[1])


def _fitted(audio: Any, mask: Any, wanted: Any) -> tuple[Any, Any]:
    """Sound cut or continued with zeros to the length of the one it replaces, and its mask.

    What is added is left to the model, so its mask is 1.

    Raises:
        ValueError: the sounds differ in more than length.
    """
    import torch.nn.functional as F

    if audio.shape[:2] != wanted[:2] or audio.shape[3:] != wanted[3:]:
        raise ValueError(
            f"an audio latent of shape {list(audio.shape)} cannot replace one of {list(wanted)}; "
            "use one from the same model"
        )
    missing = (0, 0, 0, wanted[2] - audio.shape[2])
    if mask is not None:
        mask = F.pad(mask.expand_as(audio), missing, value=1.0)
    return F.pad(audio, missing), mask


BLOCKS = (EmptyLTXVLatentVideo, LTXVEmptyLatentAudio, LTXVConcatAVLatent, LTXVSeparateAVLatent)
