"""A graph of editing blocks on a tiny checkpoint, and clips to work on."""

from __future__ import annotations

from fractions import Fraction

import torch
from hibari.host import InputImpl, Types
from hibari.host.media import VideoSettings, write_video
from hibari.nodes.conditioning import encode
from hibari.nodes.decode import HibariDecodeAudio, HibariDecodeVideo
from hibari.nodes.put_back import HibariPutBack
from hibari.nodes.sample import HibariSample

RATE_HZ = 24000


def moving_clip(frames=24, size=(64, 64), fps=24, channels=2, tone_hz=300):
    """Frames [F, H, W, 3] in which a bar moves, and a tone; AUDIO is None without channels."""
    height, width = size
    columns = torch.arange(width)[None, :] - torch.arange(frames)[:, None] * 2
    bar = ((columns % width) < 8).float()[:, None, :, None].expand(-1, height, -1, 3)
    images = 0.2 + 0.6 * bar
    if not channels:
        return images, None
    time = torch.arange(round(frames / fps * RATE_HZ)) / RATE_HZ
    wave = 0.3 * torch.sin(2 * torch.pi * tone_hz * time)
    return images, {"waveform": wave.expand(1, channels, -1), "sample_rate": RATE_HZ}


def in_memory(frames=24, fps=24, **options):
    """The moving clip as a VIDEO that no file is behind."""
    images, audio = moving_clip(frames, fps=fps, **options)
    return InputImpl.VideoFromComponents(Types.VideoComponents(images, Fraction(fps), audio))


def saved(path, images, audio, fps=24):
    write_video(path, images, VideoSettings(fps, path.suffix[1:]), audio=audio)
    return InputImpl.VideoFromFile(str(path))


def finished(parts, edit, latent, seed=1, sound=True, steps=2, **sampling):
    """The VIDEO of an edit, sampled and put back."""
    model, clip, vae, audio_vae = parts
    prompt = encode(clip, "a red ball")
    made = HibariSample.execute(model, prompt, latent, seed=seed, steps=steps, **sampling).args[0]
    images = HibariDecodeVideo.execute(made, vae).args[0]
    audio = HibariDecodeAudio.execute(made, audio_vae).args[0] if sound else None
    return HibariPutBack.execute(edit, images, audio).args[0]
