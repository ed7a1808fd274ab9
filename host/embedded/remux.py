"""A copy of a video file with other tags, its streams untouched."""

from __future__ import annotations

from pathlib import Path


def remux(source: Path, target: Path, container: str, tags: dict[str, str]) -> None:
    """Copy the streams of ``source`` into a new file; its tags stay, ``tags`` win.

    Raises:
        MediaError: the source is unreadable.
        MediaWriteError: disk full or no permission; nothing is left behind.
    """
    import av

    from ..media import partial_file
    from ..media.video_reader import open_video

    options = {"movflags": "use_metadata_tags+faststart"} if container == "mp4" else {}
    with (
        open_video(source) as reader,
        partial_file(target.absolute()) as partial,
        av.open(str(partial), "w", format=container, options=options) as writer,
    ):
        writer.metadata.update(dict(reader.metadata) | tags)
        copies = {
            stream.index: writer.add_stream_from_template(stream)
            for stream in (*reader.streams.video, *reader.streams.audio)
            if stream.codec_context is not None
        }
        for packet in reader.demux():
            if packet.dts is not None and packet.stream.index in copies:
                packet.stream = copies[packet.stream.index]
                writer.mux(packet)
