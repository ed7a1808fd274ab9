"""Clips as they come from anywhere: any rate, size, depth and number of channels."""

from __future__ import annotations

import math
from fractions import Fraction

import av
import numpy as np
import torch
from hibari.host import InputImpl
from hibari.host.media import VideoSettings, write_video

RATE_HZ = 48000


def flash_and_click(path, fps, size=(34, 50), at_s=0.5, seconds=1.0, channels=2):
    frames = torch.zeros(round(seconds * fps), *size, 3)
    frames[math.ceil(at_s * fps) :] = 1.0
    sound = torch.zeros(1, channels, round(seconds * RATE_HZ))
    sound[..., round(at_s * RATE_HZ) :] = 0.5
    audio = {"waveform": sound, "sample_rate": RATE_HZ}
    write_video(path, frames, VideoSettings(fps, path.suffix[1:]), audio=audio)
    return InputImpl.VideoFromFile(str(path))


def encoded(path, frames, codec, pix_fmt, times=None, rate=24, audio=None):
    """Pictures [F, H, W, 3] (uint8), at ``times`` in ms where given, and raw sound [C, N]."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=rate)
        stream.height, stream.width = frames.shape[1:3]
        stream.pix_fmt = pix_fmt
        stream.time_base = Fraction(1, 1000)
        if audio is not None:
            layout = {1: "mono", 2: "stereo", 8: "7.1"}[len(audio)]
            sound = output.add_stream("pcm_s16le", rate=RATE_HZ, layout=layout)
        for index, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
            frame.pts = times[index] if times else round(1000 * index / rate)
            frame.time_base = Fraction(1, 1000)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if audio is not None:
            interleaved = (audio.T.reshape(1, -1) * 32767).astype(np.int16)
            piece = av.AudioFrame.from_ndarray(interleaved, format="s16", layout=layout)
            piece.sample_rate, piece.pts = RATE_HZ, 0
            output.mux(sound.encode(piece))
            output.mux(sound.encode(None))
    return InputImpl.VideoFromFile(str(path))


def moment_of_flash(frames, fps):
    return int((frames.mean(dim=(1, 2, 3)) > 0.5).float().argmax()) / fps


def moment_of_click(waveform, rate_hz):
    return int((waveform[0].abs() > 0.2).float().argmax()) / rate_hz
