"""The embedded host: what our blocks need of ComfyUI, without ComfyUI.

Importing it costs no torch; the parts that compute import it when they are called.
"""

from . import io, ui
from .extension import ComfyExtension, register_replacements
from .folders import (
    annotated_path,
    checkpoint_names,
    checkpoint_path,
    folder_of,
    input_directory,
    input_names,
    output_directory,
    save_path,
    temp_directory,
    user_directory,
)
from .nested_tensor import NestedTensor
from .progress import (
    InterruptProcessingException,
    ProgressBar,
    check_interrupted,
    metadata_disabled,
    show_text,
)
from .references import with_references
from .runtime import make_audio_vae, make_clip, make_model, make_video_vae
from .sampling import sample
from .video import Input, InputImpl, Types

__all__ = [
    "ComfyExtension",
    "Input",
    "InputImpl",
    "InterruptProcessingException",
    "NestedTensor",
    "ProgressBar",
    "Types",
    "annotated_path",
    "check_interrupted",
    "checkpoint_names",
    "checkpoint_path",
    "folder_of",
    "input_directory",
    "input_names",
    "io",
    "make_audio_vae",
    "make_clip",
    "make_model",
    "make_video_vae",
    "metadata_disabled",
    "output_directory",
    "register_replacements",
    "sample",
    "save_path",
    "show_text",
    "temp_directory",
    "ui",
    "user_directory",
    "with_references",
]
