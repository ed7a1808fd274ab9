"""VAE Decode and Encode for pictures and for sound."""

from __future__ import annotations

from typing import Any

from ...host.embedded import io

Latent = dict[str, Any]


def stream_of(latent: Latent, index: int) -> Any:
    """One stream of a joint latent (0 video, -1 audio), or the only one there is."""
    samples = latent["samples"]
    return samples.unbind()[index] if getattr(samples, "is_nested", False) else samples


class VAEDecode(io.ComfyNode):
    """Latents to pictures."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="VAEDecode",
            display_name="VAE Decode",
            category="model/latent",
            inputs=[io.Latent.Input("samples"), io.Vae.Input("vae")],
            outputs=[io.Image.Output()],
        )

    @classmethod
    def execute(cls, samples: Latent, vae: Any) -> io.NodeOutput:
        """Return IMAGE [B*F,H,W,3]."""
        return io.NodeOutput(vae.decode(stream_of(samples, 0)).flatten(0, -4))


class VAEDecodeTiled(io.ComfyNode):
    """Latents to pictures in tiles, for large ones; sizes in pixels and frames."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="VAEDecodeTiled",
            display_name="VAE Decode (Tiled)",
            category="model/latent",
            inputs=[
                io.Latent.Input("samples"),
                io.Vae.Input("vae"),
                io.Int.Input("tile_size", default=512, min=64, max=4096, step=32),
                io.Int.Input("overlap", default=64, min=0, max=4096, step=32),
                io.Int.Input("temporal_size", default=64, min=8, max=4096, step=4),
                io.Int.Input("temporal_overlap", default=8, min=4, max=4096, step=4),
            ],
            outputs=[io.Image.Output()],
        )

    @classmethod
    def execute(
        cls,
        samples: Latent,
        vae: Any,
        tile_size: int,
        overlap: int = 64,
        temporal_size: int = 64,
        temporal_overlap: int = 8,
    ) -> io.NodeOutput:
        """Return IMAGE [B*F,H,W,3]."""
        space, time = vae.spacial_compression_decode(), vae.temporal_compression_decode()
        tile_t = max(2, temporal_size // time)
        overlap = min(overlap, tile_size // 4)
        if temporal_size < 2 * temporal_overlap:
            temporal_overlap //= 2
        images = vae.decode_tiled(
            stream_of(samples, 0),
            tile_x=tile_size // space,
            tile_y=tile_size // space,
            overlap=overlap // space,
            tile_t=tile_t,
            overlap_t=max(1, min(tile_t // 2, temporal_overlap // time)),
        )
        return io.NodeOutput(images.flatten(0, -4))


class VAEEncode(io.ComfyNode):
    """Pictures to latents."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="VAEEncode",
            display_name="VAE Encode",
            category="model/latent",
            inputs=[io.Image.Input("pixels"), io.Vae.Input("vae")],
            outputs=[io.Latent.Output()],
        )

    @classmethod
    def execute(cls, pixels: Any, vae: Any) -> io.NodeOutput:
        """Return LATENT."""
        return io.NodeOutput({"samples": vae.encode(pixels)})


class LTXVAudioVAEDecode(io.ComfyNode):
    """Latents to sound."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVAudioVAEDecode",
            display_name="LTXV Audio VAE Decode",
            category="model/latent/ltxv",
            inputs=[
                io.Latent.Input("samples"),
                io.Vae.Input("audio_vae", display_name="Audio VAE"),
            ],
            outputs=[io.Audio.Output(display_name="Audio")],
        )

    @classmethod
    def execute(cls, samples: Latent, audio_vae: Any) -> io.NodeOutput:
        """Return AUDIO."""
        waveform = audio_vae.decode(stream_of(samples, -1)).movedim(-1, 1)
        rate = int(audio_vae.first_stage_model.output_sample_rate)
        return io.NodeOutput({"waveform": waveform, "sample_rate": rate})


class LTXVAudioVAEEncode(io.ComfyNode):
    """Sound to latents."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        """Declare the block."""
        return io.Schema(
            node_id="LTXVAudioVAEEncode",
            display_name="LTXV Audio VAE Encode",
            category="model/latent/ltxv",
            inputs=[io.Audio.Input("audio"), io.Vae.Input("audio_vae", display_name="Audio VAE")],
            outputs=[io.Latent.Output(display_name="Audio Latent")],
        )

    @classmethod
    def execute(cls, audio: dict[str, Any] | None, audio_vae: Any) -> io.NodeOutput:
        """Return LATENT."""
        from ...model.audio_transform import resample

        if audio is None:
            raise ValueError("there is no sound; the video it comes from has no audio track")
        rate = audio_vae.audio_sample_rate
        waveform = resample(audio["waveform"], audio["sample_rate"], rate)
        return io.NodeOutput({"samples": audio_vae.encode(waveform.movedim(1, -1))})


BLOCKS = (VAEDecode, VAEDecodeTiled, VAEEncode, LTXVAudioVAEDecode, LTXVAudioVAEEncode)
