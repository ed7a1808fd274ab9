"""Marks that stay with a clip: a keyed 64-bit identifier in its picture and in its sound.

``VideoWatermark`` and ``AudioWatermark`` embed and find the same identifier under the same key.
``VisibleMark`` draws a stamp that moves. Finding an identifier proves that the key's holder marked
*some* clip with it: patterns can be copied, so whoever registers identifiers also keeps a
perceptual fingerprint of each clip and compares.
"""

from .audio import AudioLevels, AudioWatermark
from .detection import MAX_P_VALUE, Detection
from .video import VideoWatermark
from .visible import VisibleMark

__all__ = [
    "MAX_P_VALUE",
    "AudioLevels",
    "AudioWatermark",
    "Detection",
    "VideoWatermark",
    "VisibleMark",
]
