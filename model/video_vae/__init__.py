"""Video VAE of LTX-2 and LTX-2.3 checkpoints."""

from .config import Block, VideoVaeConfig
from .tiling import Tiling
from .vae import VideoVae

__all__ = ["Block", "Tiling", "VideoVae", "VideoVaeConfig"]
