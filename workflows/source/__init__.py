"""The graphs that people open, as source: what is chosen by hand, and the writers of the files.

A template is a module here with a :class:`.graph.Graph`; list it in ``GRAPHS``, a one-node
blueprint in ``BLUEPRINTS``, then run ``python -m hibari.workflows.source``. Sockets, widget order
and defaults come from the blocks' declarations, so that no file can fall behind them.
"""

from .cameo import CAMEO
from .check_and_label import CHECK_AND_LABEL
from .dialogue import DIALOGUE
from .enroll_and_grant import ENROLL_AND_GRANT
from .image_to_video import IMAGE_TO_VIDEO
from .label_and_save import LABEL_AND_SAVE
from .one_node import ONE_NODE
from .picture_for_sound import PICTURE_FOR_SOUND
from .remix_and_extend import REMIX_AND_EXTEND
from .sign_and_verify import SIGN_AND_VERIFY
from .sound_for_video import SOUND_FOR_VIDEO
from .stock_nodes import STOCK_NODES
from .storyboard import STORYBOARD
from .text_to_video import TEXT_TO_VIDEO
from .text_to_video_blueprint import TEXT_TO_VIDEO_BLUEPRINT

GRAPHS = (
    TEXT_TO_VIDEO,
    STOCK_NODES,
    ONE_NODE,
    IMAGE_TO_VIDEO,
    REMIX_AND_EXTEND,
    STORYBOARD,
    SOUND_FOR_VIDEO,
    PICTURE_FOR_SOUND,
    DIALOGUE,
    SIGN_AND_VERIFY,
    CHECK_AND_LABEL,
    CAMEO,
    ENROLL_AND_GRANT,
)
BLUEPRINTS = (TEXT_TO_VIDEO_BLUEPRINT, LABEL_AND_SAVE)
