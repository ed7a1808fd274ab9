"""The playground: a small world of falling things that makes its own pictures, sound and captions.

`make_clip(seed, index)` gives one clip, `clips(...)` a stream of them from several processes.
Drawing and physics need the extra "train"; importing this package does not.
"""

from .clip import SAMPLE_RATE, WORLD_VERSION, Clip, ClipSpec, Contact, Truth, TruthObject
from .drops.scene import HELD_OUT
from .generate import clips, make_clip, some_casts, some_clips

__all__ = [
    "HELD_OUT",
    "SAMPLE_RATE",
    "WORLD_VERSION",
    "Clip",
    "ClipSpec",
    "Contact",
    "Truth",
    "TruthObject",
    "clips",
    "make_clip",
    "some_casts",
    "some_clips",
]
