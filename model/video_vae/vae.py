"""The LTX-2 video VAE: pixels in [-1, 1] to normalised latents 32x32x8 times smaller, and back.

Both directions run in chunks of time with remembered boundary frames, so memory stays bounded for
clips of any duration and the result is that of one pass. Legend: B batch, C channels, F frames,
Y rows, X columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import prod
from typing import Any

import torch
from torch import Tensor, nn

from ..shapes import SPACE_STRIDE, TIME_STRIDE, VideoLatentShape, VideoShape
from .coder import Decoder, Encoder
from .config import VideoVaeConfig
from .statistics import PerChannelStatistics
from .stream import Stream, regroup_frames, run_stages
from .tiling import Tiling, decode_in_tiles

# Activations of one chunk at the widest point; large enough for full speed, small beside a model.
CHUNK_BYTES = 32 * 2**20
# On a processor a clip of about 2 s of 256x256 runs in one pass, and longer ones in pieces so small
# that they take no more memory than that.
CPU_ONE_PASS_BYTES = 12 * 2**20
CPU_CHUNK_BYTES = 2 * 2**20
Progress = Callable[[int, int], None]


class VideoVae(nn.Module):
    """Encoder, decoder and latent statistics under the checkpoint's own key names.

    ``operations`` is a namespace with ``Conv3d`` (``torch.nn``, or casting layers of a host).
    For training, call ``encoder`` (raw means and log-variance) and ``decoder`` (un-normalised
    latents) directly.
    """

    def __init__(
        self,
        config: VideoVaeConfig,
        operations: Any = nn,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config, operations, device=device, dtype=dtype)
        self.decoder = Decoder(config, operations, device=device, dtype=dtype)
        self.per_channel_statistics = PerChannelStatistics(config.latent_channels, device)

    def encode(
        self,
        pixels_BCFYX: Tensor,
        *,
        chunk_bytes: int | None = CHUNK_BYTES,
        progress: Progress | None = None,
    ) -> Tensor:
        """Normalised latent means ``[B, 128, F, h, w]`` of pixels ``[B, 3, 8F-7, 32h, 32w]``.

        With gradients, or ``chunk_bytes`` None, the clip runs in one pass. ``progress`` is called
        with latent frames done and in total after each chunk; what it raises interrupts.

        Raises:
            ValueError: the tensor is not such a clip.
        """
        shape = self._check_pixels(pixels_BCFYX).latent()
        if chunk_bytes is None or torch.is_grad_enabled():
            return self._normalized_means(self.encoder(pixels_BCFYX))
        chunk_frames = self._encoder_chunk_frames(pixels_BCFYX, chunk_bytes)
        pieces = self.encode_stream([pixels_BCFYX], chunk_frames=chunk_frames)
        size = (pixels_BCFYX.shape[0], self.config.latent_channels, *shape)
        return _collect(pieces, size, progress)

    def encode_stream(
        self, clips: Iterable[Tensor], *, chunk_frames: int = 4 * TIME_STRIDE
    ) -> Iterator[Tensor]:
        """Yield normalised latents of one long clip that arrives as pieces ``[B, 3, f, Y, X]``.

        The pieces may have any number of frames; they are encoded ``chunk_frames`` (a multiple of
        8) at a time, and the latents are those of one pass over all.

        Raises:
            ValueError: a piece has the wrong channels or sides, or all frames are not 8k+1.
        """
        stream = Stream()
        for piece in regroup_frames(map(self._checked_piece, clips), TIME_STRIDE, chunk_frames):
            yield self._normalized_means(self.encoder(piece, stream))

    def decode(
        self,
        latents_BCFYX: Tensor,
        *,
        chunk_bytes: int | None = CHUNK_BYTES,
        progress: Progress | None = None,
    ) -> Tensor:
        """Pixels ``[B, 3, 8F-7, 32h, 32w]``, about in [-1, 1], of latents ``[B, 128, F, h, w]``.

        With gradients, or ``chunk_bytes`` None, the clip runs in one pass. ``progress`` is called
        with frames done and in total after each chunk; what it raises interrupts.

        Raises:
            ValueError: the tensor has not the shape of latents.
        """
        shape = self._check_latents(latents_BCFYX).pixels()
        if chunk_bytes is None or torch.is_grad_enabled():
            return self._decode_whole(latents_BCFYX)
        pieces = self.decode_stream(latents_BCFYX, chunk_bytes=chunk_bytes)
        size = (latents_BCFYX.shape[0], self.config.pixel_channels, *shape)
        return _collect(pieces, size, progress)

    def decode_stream(
        self, latents_BCFYX: Tensor, *, chunk_bytes: int = CHUNK_BYTES
    ) -> Iterator[Tensor]:
        """Yield the frames of decode() in order, in pieces ``[B, 3, f, 32h, 32w]``.

        ``chunk_bytes`` bounds the activations of a piece; a processor takes less. A clip that is
        small enough comes in one piece.

        Raises:
            ValueError: the tensor has not the shape of latents.
        """
        shape = self._check_latents(latents_BCFYX).pixels()
        widest = self.config.decoder_base_channels * prod(shape) // self.config.patch_size**2
        one_pass_bytes = chunk_bytes
        if latents_BCFYX.device.type == "cpu":
            one_pass_bytes = min(chunk_bytes, CPU_ONE_PASS_BYTES)
            chunk_bytes = min(chunk_bytes, CPU_CHUNK_BYTES)
        if len(latents_BCFYX) * widest * latents_BCFYX.element_size() <= one_pass_bytes:
            yield self._decode_whole(latents_BCFYX)
            return
        z = self.per_channel_statistics.un_normalize(latents_BCFYX)
        yield from run_stages(self.decoder.stages(), z, Stream(), True, chunk_bytes)

    def decode_tiled(
        self,
        latents_BCFYX: Tensor,
        tiling: Tiling | None = None,
        *,
        chunk_bytes: int = CHUNK_BYTES,
        progress: Progress | None = None,
    ) -> Tensor:
        """Decode overlapping tiles and blend them: for frames too large for one pass.

        ``progress`` is called with tiles done and in total. Near tile borders the result differs
        from decode(), because the convolutions there see less; elsewhere it is the same.

        Raises:
            ValueError: the tensor has not the shape of latents.
        """
        self._check_latents(latents_BCFYX)

        def decode(tile_BCFYX: Tensor) -> Tensor:
            return self.decode(tile_BCFYX, chunk_bytes=chunk_bytes)

        return decode_in_tiles(
            decode, latents_BCFYX, self.config.pixel_channels, tiling or Tiling(), progress
        )

    def _normalized_means(self, moments_BCFYX: Tensor) -> Tensor:
        means = moments_BCFYX[:, : self.config.latent_channels]
        return self.per_channel_statistics.normalize(means)

    def _decode_whole(self, latents_BCFYX: Tensor) -> Tensor:
        pixels: Tensor = self.decoder(self.per_channel_statistics.un_normalize(latents_BCFYX))
        return pixels

    def _check_latents(self, latents: Tensor) -> VideoLatentShape:
        wanted = self.config.latent_channels
        if latents.ndim != 5 or latents.shape[1] != wanted or 0 in latents.shape:
            raise ValueError(
                f"video latents of shape {list(latents.shape)} are not [batch, {wanted}, frames, "
                "rows, columns]; pass the video part of the latent"
            )
        shape = VideoLatentShape(*latents.shape[2:])
        _check_side(shape.pixels(), self.config.decoder_padding)
        return shape

    def _check_pixels(self, pixels: Tensor) -> VideoShape:
        wanted = self.config.pixel_channels
        if pixels.ndim != 5 or pixels.shape[1] != wanted:
            raise ValueError(
                f"pixels of shape {list(pixels.shape)} are not [batch, {wanted}, frames, height, "
                "width]; move the channels behind the batch"
            )
        shape = VideoShape(*pixels.shape[2:])
        _check_side(shape, self.config.encoder_padding)
        return shape

    def _checked_piece(self, pixels: Tensor) -> Tensor:
        # The number of frames counts only over all pieces.
        self._check_pixels(pixels)._replace(frames=1).latent()
        return pixels

    def _encoder_chunk_frames(self, pixels: Tensor, chunk_bytes: int) -> int:
        patches = pixels[:, :1, :1].numel() // self.config.patch_size**2
        frame_bytes = patches * self.config.encoder_base_channels * pixels.element_size()
        return max(1, chunk_bytes // frame_bytes // TIME_STRIDE) * TIME_STRIDE


def _check_side(shape: VideoShape, padding: str) -> None:
    if padding == "reflect" and min(shape.height, shape.width) < 2 * SPACE_STRIDE:
        least = 2 * SPACE_STRIDE
        raise ValueError(
            f"a frame of {shape.width}x{shape.height} pixels is too small for reflect padding; "
            f"use at least {least}x{least} pixels"
        )


def _collect(pieces: Iterable[Tensor], size: Sequence[int], progress: Progress | None) -> Tensor:
    """Join pieces in time into one tensor of ``size``, without holding them all twice."""
    whole = torch.empty(0)
    done = 0
    for piece in pieces:
        whole = whole if done else piece.new_empty(size)
        whole[:, :, done : done + piece.shape[2]] = piece
        done += piece.shape[2]
        if progress:
            progress(done, size[2])
    return whole
