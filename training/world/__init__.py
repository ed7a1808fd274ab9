"""The playground: a small world of falling things that makes its own pictures, sound and captions.

`make_clip(seed, index)` gives one clip, `clips(...)` a stream of them from several processes.
Drawing and physics need the extra "train"; importing this package does not.
"""

from .clip import SAMPLE_RATE, WORLD_VERSION, Clip, ClipSpec, Contact, Truth, TruthObject
from .drops.scene import HELD_OUT
from .generate import casts, clips, make_clip

__all__ = [
    "HELD_OUT",
    "SAMPLE_RATE",
    "WORLD_VERSION",
    "Clip",
    "ClipSpec",
    "Contact",
    "Truth",
    "TruthObject",
    "casts",
    "clips",
    "make_clip",
]
