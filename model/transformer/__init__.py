"""The audio-video diffusion transformer of LTX-2 and LTX-2.3, and its text connectors."""

from .config import AvOrder, ConnectorConfig, StreamConfig, TransformerConfig
from .connector import TextConnector
from .initialization import initialize
from .inputs import TransformerInputs
from .transformer import AVTransformer

__all__ = [
    "AVTransformer",
    "AvOrder",
    "ConnectorConfig",
    "StreamConfig",
    "TextConnector",
    "TransformerConfig",
    "TransformerInputs",
    "initialize",
]
