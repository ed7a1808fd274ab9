"""Reading and writing of pictures, sounds and videos with PyAV and Pillow, the same in every host.

Files appear whole or not at all (``partial_file``), carry the graph that made them (``graph_tags``)
and say in one sentence what is wrong with them (``MediaError``, ``MediaWriteError``).
"""

from .audio_file import read_audio, write_audio
from .conform import conform_audio, conform_video
from .errors import MediaError, MediaWriteError
from .footage import Footage, as_float, file_behind, footage_of
from .frame_file import FrameFile
from .image_file import read_image, write_png
from .partial_file import partial_file
from .placement import Placement, contain, cover
from .rate import exact_rate
from .survey import survey_frames, survey_picture, survey_sound
from .tags import graph_tags
from .video_reader import VideoClip, VideoInfo, iter_frames, probe_video, read_video
from .video_writer import CONTAINERS, QUALITIES, VideoSettings, write_video

__all__ = [
    "CONTAINERS",
    "QUALITIES",
    "Footage",
    "FrameFile",
    "MediaError",
    "MediaWriteError",
    "Placement",
    "VideoClip",
    "VideoInfo",
    "VideoSettings",
    "as_float",
    "conform_audio",
    "conform_video",
    "contain",
    "cover",
    "exact_rate",
    "file_behind",
    "footage_of",
    "graph_tags",
    "iter_frames",
    "partial_file",
    "probe_video",
    "read_audio",
    "read_image",
    "read_video",
    "survey_frames",
    "survey_picture",
    "survey_sound",
    "write_audio",
    "write_png",
    "write_video",
]
