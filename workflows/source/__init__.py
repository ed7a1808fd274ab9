"""The graphs that people open, as source: what is chosen by hand, and the writers of the files.

A template is a module here with a :class:`.graph.Graph`; list it in ``GRAPHS``, a one-node
blueprint in ``BLUEPRINTS``, then run ``python -m hibari.workflows.source``. Sockets, widget order
and defaults come from the blocks' declarations, so that no file can fall behind them.
"""

from .cameo import CAMEO
from .check_and_label import CHECK_AND_LABEL
from .enroll_and_grant import ENROLL_AND_GRANT
from .label_and_save import LABEL_AND_SAVE
from .one_node import ONE_NODE
from .sign_and_verify import SIGN_AND_VERIFY
from .stock_nodes import STOCK_NODES
from .text_to_video import TEXT_TO_VIDEO
from .text_to_video_blueprint import TEXT_TO_VIDEO_BLUEPRINT

GRAPHS = (
    TEXT_TO_VIDEO,
    STOCK_NODES,
    ONE_NODE,
    SIGN_AND_VERIFY,
    CHECK_AND_LABEL,
    CAMEO,
    ENROLL_AND_GRANT,
)
BLUEPRINTS = (TEXT_TO_VIDEO_BLUEPRINT, LABEL_AND_SAVE)
