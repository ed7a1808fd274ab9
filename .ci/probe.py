"""Fails unless a clip is what the README promises: H.264 yuv420p and AAC, 2 s, in step."""

import sys
from pathlib import Path

import av

FPS, SECONDS = 24, 2.0


def probe(path: Path) -> None:
    """Check one file; raises AssertionError with what was found."""
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.codec_context.name == "h264", video.codec_context.name
        assert video.codec_context.pix_fmt == "yuv420p", video.codec_context.pix_fmt
        assert audio.codec_context.name == "aac", audio.codec_context.name
        assert (video.width, video.height) == (256, 256), (video.width, video.height)
        assert video.average_rate == FPS, video.average_rate
        picture = float(video.duration * video.time_base)
        sound = float(audio.duration * audio.time_base)
        frames = sum(1 for _ in container.decode(video))
    assert abs(picture - SECONDS) <= 1 / FPS + 1e-3, picture
    assert abs(frames / FPS - picture) < 1e-3, (frames, picture)
    assert abs(picture - sound) < 1 / FPS, (picture, sound)
    sys.stdout.write(f"{path}: {frames} frames, {picture:.3f} s picture, {sound:.3f} s sound\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        probe(Path(name))
