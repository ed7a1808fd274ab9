"""What happens to clips on their way, and what is done to them on purpose.

Picture attacks map frames ``[F, H, W, 3]`` uint8 to such frames; sound attacks map (``[C, N]``,
rate) to (``[C, N]``, rate).
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
import torch.nn.functional as F
from hibari.model.audio_transform import resample
from torch import Tensor

Frames = Tensor
Sound = tuple[Tensor, int]


def coded(frames: Frames, codec: str = "libx264", crf: int = 23) -> Frames:
    """Through a video codec and back, all metadata lost."""
    height, width = (side // 2 * 2 for side in frames.shape[1:3])
    options = {"crf": str(crf)}
    options |= {
        "libx264": {"preset": "medium"},
        "libx265": {"preset": "fast", "x265-params": "log-level=error:pools=1:frame-threads=1"},
        "libvpx-vp9": {"b": "0", "deadline": "good", "cpu-used": "5"},
        "libsvtav1": {"preset": "9", "svtav1-params": "lp=1"},
    }[codec]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="matroska") as file:
        stream = file.add_stream(codec, rate=24, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.thread_count = 1
        stream.codec_context.open()
        _lower_priority()
        for frame in frames[:, :height, :width].contiguous().numpy():
            file.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        file.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as file:
        return torch.from_numpy(
            np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])
        )


def resized(frames: Frames, height: int, width: int) -> Frames:
    """Scaled with a low-pass, as players and editors do."""
    parts = [
        F.interpolate(
            part.permute(0, 3, 1, 2).float(), (height, width), mode="bilinear", antialias=True
        )
        for part in frames.split(8)
    ]
    return torch.cat([_bytes(part.permute(0, 2, 3, 1)) for part in parts])


def scaled(frames: Frames, factor: float) -> Frames:
    """Scaled to even sides."""
    height, width = (max(round(side * factor / 2) * 2, 16) for side in frames.shape[1:3])
    return resized(frames, height, width)


def cropped(frames: Frames, share: float = 0.1) -> Frames:
    """A share of the sides cut off, each side."""
    top, left = (round(side * share) for side in frames.shape[1:3])
    return frames[:, top : frames.shape[1] - top, left : frames.shape[2] - left].contiguous()


def graded(
    frames: Frames, light: float = 1.0, contrast: float = 1.0, colour: float = 1.0
) -> Frames:
    """Brightness, contrast and saturation multiplied."""
    values = frames.float()
    grey = (values @ torch.tensor([0.299, 0.587, 0.114]))[..., None]
    values = grey + colour * (values - grey)
    return _bytes((values * light - 128) * contrast + 128)


def blurred(frames: Frames, sigma: float = 1.0) -> Frames:
    """A Gaussian blur."""
    taps = torch.exp(-(torch.arange(-3.0, 4.0) ** 2) / (2 * sigma**2))
    taps = (taps / taps.sum()).expand(3, 1, 1, 7)
    values = frames.permute(0, 3, 1, 2).float()
    values = F.conv2d(F.pad(values, (3, 3, 0, 0), mode="replicate"), taps, groups=3)
    values = F.conv2d(F.pad(values, (0, 0, 3, 3), mode="replicate"), taps.mT, groups=3)
    return _bytes(values.permute(0, 2, 3, 1))


def retimed(frames: Frames) -> Frames:
    """24 to 30 and back to 24 frames per second, blending neighbours."""
    return _at_times(_at_times(frames, 24 / 30), 30 / 24)


def dropped(frames: Frames) -> Frames:
    """A tenth of the frames missing."""
    kept = torch.from_numpy(np.random.default_rng(7).permutation(len(frames))[len(frames) // 10 :])
    return frames[kept.sort().values]


def cut(frames: Frames) -> Frames:
    """One second of four taken out."""
    start, length = round(0.4 * len(frames)), len(frames) // 4
    return torch.cat([frames[:start], frames[start + length :]])


def letterboxed(frames: Frames) -> Frames:
    """Black bars above and below, to a frame a third higher; then scaled to the old height."""
    bar = frames.shape[1] // 6
    return scaled(F.pad(frames, (0, 0, 0, 0, bar, bar)), 0.75)


def inpainted(frames: Frames) -> Frames:
    """A corner of a quarter by a sixth smoothed over, as a remover of visible marks does."""
    height, width = frames.shape[1] // 6, frames.shape[2] // 4
    corner = resized(resized(frames[:, -height:, -width:].contiguous(), 3, 3), height, width)
    painted = frames.clone()
    painted[:, -height:, -width:] = corner
    return painted


def screenshot(frames: Frames) -> Frames:
    """Shown at another size, recorded, edited, exported: two encodings with scaling between."""
    return coded(scaled(coded(scaled(frames, 0.9), crf=23), 1.0), crf=23)


def combined(frames: Frames) -> Frames:
    """Cropped 10 %, scaled back to the size it had, encoded at CRF 28, metadata gone."""
    return coded(resized(cropped(frames), *frames.shape[1:3]), crf=28)


def rotated(frames: Frames, degrees: float) -> Frames:
    """Turned, corners filled by the edge."""
    angle = torch.tensor(degrees).deg2rad()
    ratio = frames.shape[1] / frames.shape[2]
    turn = torch.tensor(
        [[angle.cos(), -angle.sin() * ratio, 0], [angle.sin() / ratio, angle.cos(), 0]]
    )
    values = frames.permute(0, 3, 1, 2).float()
    grid = F.affine_grid(turn.expand(len(frames), 2, 3), list(values.shape), align_corners=False)
    turned = F.grid_sample(values, grid, padding_mode="border", align_corners=False)
    return _bytes(turned.permute(0, 2, 3, 1))


def averaged(frames: Frames) -> Frames:
    """The pattern guessed as what all frames have in common in fine detail, and subtracted."""
    detail = frames.float().mean(0) - blurred(blurred(frames, 2.0), 2.0).float().mean(0)
    return _bytes(frames.float() - detail)


def noisy(frames: Frames, sigma: float = 8.0) -> Frames:
    """Noise of a camera at night."""
    noise = torch.randn(frames.shape, generator=torch.Generator().manual_seed(3))
    return _bytes(frames.float() + sigma * noise)


def _lower_priority() -> None:
    """Undo what SVT-AV1 does when root runs it: real-time threads that starve the machine."""
    for thread in Path("/proc/self/task").glob("*"):
        os.sched_setscheduler(int(thread.name), os.SCHED_OTHER, os.sched_param(0))


def _at_times(frames: Frames, step: float) -> Frames:
    times = torch.arange(0, len(frames) - 1 + 1e-6, step)
    early = times.floor().long().clamp(max=len(frames) - 1)
    late = (early + 1).clamp(max=len(frames) - 1)
    share = (times - early)[:, None, None, None]
    return _bytes((1 - share) * frames[early] + share * frames[late])


def _bytes(values: Tensor) -> Frames:
    return values.round().clamp(0, 255).to(torch.uint8)


PICTURE_ATTACKS: dict[str, Callable[[Frames], Frames]] = {
    "none": lambda x: x,
    "H.264 CRF 18": lambda x: coded(x, crf=18),
    "H.264 CRF 23": lambda x: coded(x, crf=23),
    "H.264 CRF 28": lambda x: coded(x, crf=28),
    "H.265 CRF 28": lambda x: coded(x, "libx265", 28),
    "VP9 CRF 34": lambda x: coded(x, "libvpx-vp9", 34),
    "AV1 CRF 36": lambda x: coded(x, "libsvtav1", 36),
    "resize 0.5x": lambda x: scaled(x, 0.5),
    "resize 0.5x and back": lambda x: resized(scaled(x, 0.5), *x.shape[1:3]),
    "brightness +20 %": lambda x: graded(x, light=1.2),
    "brightness -20 %": lambda x: graded(x, light=0.8),
    "contrast +20 %": lambda x: graded(x, contrast=1.2),
    "contrast -20 %": lambda x: graded(x, contrast=0.8),
    "saturation +20 %": lambda x: graded(x, colour=1.2),
    "saturation -20 %": lambda x: graded(x, colour=0.8),
    "blur, sigma 1": blurred,
    "24 to 30 to 24 fps": retimed,
    "10 % of frames dropped": dropped,
    "1 s of 4 cut": cut,
    "double encode": screenshot,
    "corner inpainted": inpainted,
    "crop 10 % each side": cropped,
    "mirrored": lambda x: x.flip(2).contiguous(),
    "letterbox": letterboxed,
    "crop, resize, CRF 28": combined,
}
HARD_ATTACKS: dict[str, Callable[[Frames], Frames]] = {
    "H.264 CRF 35": lambda x: coded(x, crf=35),
    "resize 0.25x": lambda x: scaled(x, 0.25),
    "resize 0.5x, CRF 28": lambda x: coded(scaled(x, 0.5), crf=28),
    "crop 20 % each side": lambda x: cropped(x, 0.2),
    "grey": lambda x: graded(x, colour=0.0),
    "noise, sigma 8": noisy,
    "rotated 1 degree": lambda x: rotated(x, 1.0),
    "rotated 3 degrees": lambda x: rotated(x, 3.0),
    "pattern averaged and subtracted": averaged,
}


def coded_sound(sound: Sound, codec: str, container: str, bits_per_s: int) -> Sound:
    """Through an audio codec and back."""
    waveform, rate_hz = sound
    if codec == "libopus":
        waveform, rate_hz = resample(waveform, rate_hz, 48_000), 48_000
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate_hz, layout="stereo")
        stream.bit_rate = bits_per_s
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(waveform.numpy()), format="fltp", layout="stereo"
        )
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, 0, Fraction(1, rate_hz)
        file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as file:
        converter = av.AudioResampler(format="fltp", layout="stereo")
        parts = [p.to_ndarray() for f in file.decode(audio=0) for p in converter.resample(f)]
        return torch.from_numpy(np.concatenate(parts, axis=1)), file.streams.audio[0].rate


def sound_resampled(sound: Sound, rate_hz: int) -> Sound:
    """At another sample rate."""
    return resample(sound[0], sound[1], rate_hz), rate_hz


def sound_noisy(sound: Sound, snr_db: float) -> Sound:
    """White noise so far below the sound."""
    waveform, rate_hz = sound
    noise = torch.randn(waveform.shape, generator=torch.Generator().manual_seed(5))
    level = waveform.square().mean().sqrt() * 10 ** (-snr_db / 20)
    return (waveform + level * noise).clamp(-1, 1), rate_hz


def sound_lowpassed(sound: Sound, hertz: float = 4000.0) -> Sound:
    """Nothing left above a frequency."""
    waveform, rate_hz = sound
    spectrum = torch.fft.rfft(waveform)
    spectrum[:, torch.linspace(0, rate_hz / 2, spectrum.shape[1]) > hertz] = 0
    return torch.fft.irfft(spectrum, waveform.shape[1]), rate_hz


def sound_cut(sound: Sound) -> Sound:
    """One second of four taken out."""
    waveform, rate_hz = sound
    start, length = round(0.41 * waveform.shape[1]), waveform.shape[1] // 4
    return torch.cat([waveform[:, :start], waveform[:, start + length :]], dim=1), rate_hz


def sound_faster(sound: Sound, factor: float) -> Sound:
    """Played faster, pitch and all."""
    waveform, rate_hz = sound
    return resample(waveform, round(rate_hz * factor), rate_hz), rate_hz


SOUND_ATTACKS: dict[str, Callable[[Sound], Sound]] = {
    "none": lambda x: x,
    "AAC 64k": lambda x: coded_sound(x, "aac", "mp4", 64_000),
    "MP3 96k": lambda x: coded_sound(x, "libmp3lame", "mp3", 96_000),
    "Opus 32k": lambda x: coded_sound(x, "libopus", "ogg", 32_000),
    "resampled to 16 kHz": lambda x: sound_resampled(x, 16_000),
    "resampled to 44.1 kHz": lambda x: sound_resampled(x, 44_100),
    "resampled to 48 kHz": lambda x: sound_resampled(x, 48_000),
    "gain +6 dB": lambda x: ((2 * x[0]).clamp(-1, 1), x[1]),
    "gain -6 dB": lambda x: (x[0] / 2, x[1]),
    "noise at 20 dB": lambda x: sound_noisy(x, 20.0),
    "low-pass 4 kHz": sound_lowpassed,
    "1 s of 4 cut": sound_cut,
}
HARD_SOUND_ATTACKS: dict[str, Callable[[Sound], Sound]] = {
    "noise at 10 dB": lambda x: sound_noisy(x, 10.0),
    "Opus 16k": lambda x: coded_sound(x, "libopus", "ogg", 16_000),
    "2 % faster": lambda x: sound_faster(x, 1.02),
}
