"""Marks that stay with a clip: a keyed 64-bit identifier in its picture and in its sound.

``VideoWatermark`` and ``AudioWatermark`` embed and find the same identifier under the same key.
"""

from .audio import AudioLevels, AudioWatermark
from .detection import MAX_P_VALUE, Detection
from .video import VideoWatermark

__all__ = ["MAX_P_VALUE", "AudioLevels", "AudioWatermark", "Detection", "VideoWatermark"]
